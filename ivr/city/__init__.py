"""What a city has decided: its menu, hours, days off, categories, agencies and due times, read from its folder."""

"""How long callers wait: a city's menu walked with the lengths of its sounds, and the most each way may take."""

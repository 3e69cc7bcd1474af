"""What may be done to tickets, calls, recordings and people, and by whom: functions over a session."""

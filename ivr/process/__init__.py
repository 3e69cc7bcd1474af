"""Being a process: its log lines, its ports, its lock, its signs of life."""

"""The hotline itself: calls, recordings, tickets, menus, and how Asterisk is spoken to."""

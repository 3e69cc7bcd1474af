"""The entry points that Asterisk connects to; wiring only."""

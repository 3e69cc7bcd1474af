"""A recording becomes Vietnamese text, offline and off the call path."""

"""From the spool to a ticket: at once in the background, and by the sweep whatever a dead process left."""

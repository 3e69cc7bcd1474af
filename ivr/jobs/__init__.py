"""Work for later: rows claimed by lease, whatever the kind; a kind is a handler."""

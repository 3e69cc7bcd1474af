"""Live calls as pure rules: events, calls, operators, queues, figures, staffing; no I/O, the clock is an argument."""

"""How many calls a machine carries: from its processor cores and its RTP ports (measured; docs/asterisk.md)."""

import os

CALLS_A_CORE = 240
"""Calls at once for each core: one that listens to prompts takes 2.0 ms of processor time a second from Asterisk, so
that half of the core is left for what a call's beginning and end cost and for whatever else the machine does."""
BEGUN_A_CORE = 4
"""Calls begun a second for each core, for as long as one likes: a call of 65 s that is heard out and filed takes 0.1 s
for its dialogue and filing, and 0.13 s for its prompts."""
WINDOW = 10
"""Seconds over which calls that begin are counted: so many may come at once as may come in these."""
SPARE = 16
"""Pairs of RTP ports kept for calls that are refused; without one they would get 488 instead of 503. A refused call
holds its pair until Asterisk has closed its session, which on a busy machine is after the next call has come."""


def cores() -> int:
    """Processor cores this process may use."""
    return len(os.sched_getaffinity(0))


def pairs(first: int, last: int) -> int:
    """Calls for which the RTP ports from ``first`` to ``last`` suffice: each needs two."""
    return max(1, (last - first + 1) // 2)


def most_at_once(wanted: int, pairs: int) -> int:
    """Calls taken at once: ``wanted``, by default what the cores carry, never more than there are ports for."""
    carried = max(1, pairs - min(SPARE, max(1, pairs // 4)))
    return min(wanted or cores() * CALLS_A_CORE, carried)


def most_begun(wanted: float) -> int:
    """Calls taken within :data:`WINDOW` seconds; ``wanted`` is a second's, by default what the cores carry."""
    return max(1, round((wanted or cores() * BEGUN_A_CORE) * WINDOW))

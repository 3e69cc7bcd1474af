"""The clock as an argument: only the outermost caller reads the machine's."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the moment, aware."""


def steady(clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> Clock:
    """A clock that agrees with ``clock`` now and from here on only runs: for one call.

    A step of the machine's clock then makes no call an hour longer, or end before it began.
    """
    start, begun = clock(), monotonic()
    return lambda: start + timedelta(seconds=monotonic() - begun)


def not_before(clock: Clock, moment: datetime) -> Clock:
    """The clock, put forward where it is behind ``moment``: for a call of which another session wrote that moment."""
    behind = max(moment - clock(), timedelta(0))
    return lambda: clock() + behind

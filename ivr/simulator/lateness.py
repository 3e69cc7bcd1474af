"""Whether a call failed because its caller was late: such a call says nothing of the system, and is made again.

Measured by the caller's own clocks alone. How long the server or Asterisk took never counts: a caller waits for them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from ivr.errors import TongdaiError
from ivr.words import tr

LATE = 0.3
"""Seconds a caller may be late: a key or a word that comes later is no longer what the scenario says."""
TRIES = 3
"""How often a call is made before the machine is called too slow."""
_Made = TypeVar("_Made")


class MachineTooSlow(TongdaiError):
    """The caller was late by more than :data:`LATE` in every try."""


@dataclass(kw_only=True)
class Lateness:
    """How late one caller was at worst."""

    seconds: float = 0.0
    what: str = ""
    """What was late, for people."""

    def note(self, seconds: float, what: str) -> None:
        """The caller did something so many seconds after it was meant; the worst is kept."""
        if seconds > self.seconds:
            self.seconds, self.what = seconds, what

    @property
    def voids(self) -> bool:
        """Whether the call says nothing of the system called."""
        return self.seconds > LATE

    def __str__(self) -> str:
        return f"{self.what} {self.seconds:.2f} s"


async def wait_until(moment: float, clock: Callable[[], float] = time.monotonic) -> None:
    """Sleep until a moment of the monotonic clock; at once when it is past."""
    await asyncio.sleep(max(0.0, moment - clock()))


async def dial_until_punctual(
    dial: Callable[[int], Awaitable[_Made]], lateness_of: Callable[[_Made], Lateness]
) -> _Made:
    """The result of the first call whose caller was punctual; ``dial`` gets the number of the try, from 1.

    Raises :class:`MachineTooSlow` when the caller was late in each of :data:`TRIES` calls. Each try must be distinct
    from the one before, whose call, ticket and recording stay.
    """
    for attempt in range(1, TRIES + 1):
        made = await dial(attempt)
        late = lateness_of(made)
        if not late.voids:
            return made
    raise MachineTooSlow(too_slow(late))


def too_slow(late: Lateness) -> str:
    """For people: that the machine is too slow, and by how much."""
    return tr(
        f"máy quá chậm: người gọi thử bị trễ ({late}; cho phép {LATE:g} s)",
        f"machine too slow: the test caller was late ({late}; allowed {LATE:g} s)",
    )

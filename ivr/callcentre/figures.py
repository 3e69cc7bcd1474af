"""What a queue did in an interval, as sums; every ratio is made from sums, never from other ratios (DOMAIN §8).

A call counts in the half hour in which its caller joined the queue, whatever comes later, so that in each interval
``offered = answered + abandoned + overflowed + called back + still waiting``. A ratio with nothing below it is None.
"""

from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import Self

AT_ONCE = timedelta(seconds=5)
"""Who leaves within that dialled by mistake: what formula F5 forgives."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Sums; those of two intervals or queues may be added. The threshold T is the one they were counted with."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    overflowed: int = 0
    called_back: int = 0
    waiting: int = 0
    answered_in_time: int = 0
    """… within T."""
    abandoned_in_time: int = 0
    """… within T."""
    abandoned_at_once: int = 0
    """… within :data:`AT_ONCE`."""
    left_in_menu: int = 0
    """Callers who hung up before any queue: no abandonment."""
    cut: int = 0
    """Calls that ended because Asterisk died."""
    called_out: int = 0
    """Calls that we made: from a page, or called back."""
    reached: int = 0
    """… in which somebody talked."""
    waited: timedelta = timedelta(0)
    """Sum over the answered."""
    longest_wait: timedelta = timedelta(0)
    talk: timedelta = timedelta(0)
    hold: timedelta = timedelta(0)
    wrap_up: timedelta = timedelta(0)

    def __add__(self, other: Self) -> Self:
        values = {each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        values["longest_wait"] = max(self.longest_wait, other.longest_wait)
        return type(self)(**values)

    @property
    def handled(self) -> int:
        """Calls that an operator had."""
        return self.answered + self.reached

    @property
    def asa(self) -> timedelta | None:
        """Average speed of answer: Σ wait of answered / answered."""
        return self.waited / self.answered if self.answered else None

    @property
    def aht(self) -> timedelta | None:
        """Average handling time: (talk + hold + wrap-up) / handled."""
        return (self.talk + self.hold + self.wrap_up) / self.handled if self.handled else None

    @property
    def abandonment(self) -> float | None:
        """abandoned / offered; who left in the menu or asked to be called back is in neither."""
        return ratio(self.abandoned, self.offered)


class ServiceLevel(StrEnum):
    """Five ways to say how many were answered in time; the formula stands beside the figure wherever it is shown."""

    F1 = "F1"  # Asterisk's Perf2: who left in time counts as served
    F2 = "F2"  # Asterisk's Perf: who left does not count at all
    F3 = "F3"  # whoever left was not served
    F4 = "F4"  # the default: only who left after T was not served
    F5 = "F5"  # only who left at once counts as served

    @property
    def formula(self) -> str:
        """As it is printed."""
        return _FORMULAS[self]

    def of(self, counts: Counts) -> float | None:
        """The level, from 0 to 1; None where nothing stands below the line."""
        in_time, ended = counts.answered_in_time, counts.answered + counts.abandoned
        match self:
            case ServiceLevel.F1:
                return ratio(in_time + counts.abandoned_in_time, ended)
            case ServiceLevel.F2:
                return ratio(in_time, counts.answered)
            case ServiceLevel.F3:
                return ratio(in_time, ended)
            case ServiceLevel.F4:
                return ratio(in_time, ended - counts.abandoned_in_time)
            case ServiceLevel.F5:
                return ratio(in_time + counts.abandoned_at_once, ended)


DEFAULT_LEVEL = ServiceLevel.F4

_FORMULAS = {
    ServiceLevel.F1: "(ans≤T + abn≤T)/(ans + abn)",
    ServiceLevel.F2: "ans≤T/ans",
    ServiceLevel.F3: "ans≤T/(ans + abn)",
    ServiceLevel.F4: "ans≤T/(ans + abn>T)",
    ServiceLevel.F5: "(ans≤T + abn≤5 s)/(ans + abn)",
}


def ratio(part: float, whole: float) -> float | None:
    """None where there is nothing to divide by."""
    return part / whole if whole else None

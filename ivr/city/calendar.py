"""When a matter is due: working hours counted through a calendar that is data (DOMAIN §4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.model.civil import ZONE

Interval = tuple[time, time]
"""Working time of a day from the first up to the second; ``time(0)`` as second means midnight."""

_LONGEST = 3660
"""Days looked ahead before a calendar is taken for one without working time."""


class NoWorkingTimeError(ValueError):
    """The calendar has no working time to count in."""


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """Working time of a desk; holidays win over the week, extra workdays (swapped days) over both."""

    week: tuple[tuple[Interval, ...], ...]
    """Seven days from Monday; each its intervals in order, without overlap."""
    holidays: frozenset[date] = frozenset()
    workdays: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    zone: ZoneInfo = ZONE

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"a week has seven days, not {len(self.week)}")

    def intervals(self, day: date) -> tuple[Interval, ...]:
        """The working intervals of one day."""
        if day in self.workdays:
            return self.workdays[day]
        return () if day in self.holidays else self.week[day.weekday()]

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working time from ``start`` on as (begin, end) pairs, the first cut at ``start``."""
        first = start.astimezone(self.zone).date()
        for offset in range(_LONGEST):
            day = first + timedelta(days=offset)
            for begin, end in self.intervals(day):
                opened = datetime.combine(day, begin, self.zone)
                closed = datetime.combine(day if end > begin else day + timedelta(days=1), end, self.zone)
                if closed > start:
                    yield max(opened, start.astimezone(self.zone)), closed


def due(at: datetime, calendar: WorkCalendar, hours: float) -> datetime:
    """The moment when ``hours`` of working time after ``at`` have passed, in the zone of ``at``.

    :raises NoWorkingTimeError: the calendar has no working time for ten years.
    """
    left = timedelta(hours=hours)
    for begin, end in calendar.spans(at):
        if left <= end - begin:
            return (begin + left).astimezone(at.tzinfo)
        left -= end - begin
    raise NoWorkingTimeError(f"no working time in the {_LONGEST} days after {at:%Y-%m-%d}")


def worked(start: datetime, end: datetime, calendar: WorkCalendar) -> timedelta:
    """Working time between two moments; zero when ``end`` is not after ``start``."""
    total = timedelta()
    if end <= start:
        return total
    for begin, stop in calendar.spans(start):
        if begin >= end:
            break
        total += min(stop, end) - begin
    return total

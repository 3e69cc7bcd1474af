"""The working calendar of a city: weekly schedules, holidays and swapped workdays, in Vietnam's civil time.

It says whether a schedule is open, and when a matter is due: working hours counted through the schedule ``work``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ivr.city.fields import Span, Spans, Weekday
from ivr.model.civil import ZONE
from ivr.settings.shape import Day, Filled, Flag

_LONGEST = 3660
"""Days looked ahead before a calendar is taken for one without working time."""


class NoWorkingTimeError(ValueError):
    """The calendar has no working time to count in."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Open spans of each weekday, in order, without overlap; a day that is not named is closed.

    ``holidays``: whether the schedule keeps the city's holidays (closed) and swapped workdays (open).
    """

    holidays: Flag
    mon: Spans = ()
    tue: Spans = ()
    wed: Spans = ()
    thu: Spans = ()
    fri: Spans = ()
    sat: Spans = ()
    sun: Spans = ()

    @property
    def week(self) -> tuple[tuple[Span, ...], ...]:
        """The spans of each day, Monday first."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """A day off, and the decision that says so."""

    date: Day
    name: Filled
    decision: Filled


@dataclass(frozen=True, kw_only=True)
class Workday:
    """A day worked in place of another: it takes the hours of weekday ``like`` (0 is Monday)."""

    date: Day
    like: Weekday
    decision: Filled


@dataclass(frozen=True, kw_only=True)
class Hours:
    """All schedules of a city; ``work`` names the one that deadlines count in."""

    schedules: Mapping[str, Schedule]
    holidays: Mapping[date, Holiday]
    workdays: Mapping[date, Workday]
    work: str

    def spans(self, schedule: str, day: date) -> tuple[Span, ...]:
        """The open spans of a calendar day; none on a holiday that the schedule keeps, swapped workdays win."""
        kept = self.schedules[schedule]
        if kept.holidays:
            if day in self.workdays:
                return kept.week[self.workdays[day].like]
            if day in self.holidays:
                return ()
        return kept.week[day.weekday()]

    def is_open(self, schedule: str, now: datetime) -> bool:
        """Whether the schedule is open at an aware moment."""
        local = _local(now)
        minute = local.hour * 60 + local.minute
        return any(span.start <= minute < span.end for span in self.spans(schedule, local.date()))

    def due(self, at: datetime, hours: float, schedule: str = "") -> datetime:
        """The moment when ``hours`` of working time after the aware moment ``at`` have passed, in the zone of ``at``.

        :param schedule: whose working time; ``work`` by default.
        :raises NoWorkingTimeError: the schedule has no working time for ten years.
        """
        left = timedelta(hours=hours)
        for begin, end in self._working_time(_local(at), schedule or self.work):
            if left <= end - begin:
                return (begin + left).astimezone(at.tzinfo)
            left -= end - begin
        raise NoWorkingTimeError(f"no working time in the {_LONGEST} days after {at:%Y-%m-%d}")

    def _working_time(self, start: datetime, schedule: str) -> Iterator[tuple[datetime, datetime]]:
        """Working time from the local moment ``start`` on as (begin, end) pairs, the first cut at ``start``."""
        for ahead in range(_LONGEST):
            day = start.date() + timedelta(days=ahead)
            midnight = datetime.combine(day, time(), ZONE)
            for span in self.spans(schedule, day):
                opened, closed = midnight + timedelta(minutes=span.start), midnight + timedelta(minutes=span.end)
                if closed > start:
                    yield max(opened, start), closed


def _local(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError(f"naive moment {now!r}: opening hours are asked with a zone")
    return now.astimezone(ZONE)

"""Opening hours: weekly schedules, holidays and swapped workdays of a city, in Vietnam's civil time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, kw_only=True, order=True)
class Span:
    """A part of one day in minutes after midnight: ``start`` included, ``end`` (≤ 1440) excluded."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Open spans of each weekday (Monday first), in order, without overlap.

    ``holidays`` tells whether the schedule keeps the city's holidays (closed) and swapped workdays (open).
    """

    id: str
    week: tuple[tuple[Span, ...], ...]
    holidays: bool


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """A day off, and the decision that says so."""

    date: date
    name: str
    decision: str


@dataclass(frozen=True, kw_only=True)
class Workday:
    """A day worked in place of another: it takes the hours of weekday ``like`` (0 is Monday)."""

    date: date
    like: int
    decision: str


@dataclass(frozen=True, kw_only=True)
class Hours:
    """All schedules of a city; ``work`` names the one that deadlines count in."""

    schedules: Mapping[str, Schedule]
    holidays: Mapping[date, Holiday]
    workdays: Mapping[date, Workday]
    work: str

    def spans(self, schedule: str, day: date) -> tuple[Span, ...]:
        """The open spans of a calendar day; none on a holiday that the schedule keeps."""
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

    def find_next_opening(self, schedule: str, now: datetime, *, days: int = 30) -> datetime | None:
        """When the schedule opens next (``now`` itself while open); None when it stays shut for ``days``."""
        local = _local(now)
        if self.is_open(schedule, now):
            return now
        for ahead in range(days + 1):
            day = local.date() + timedelta(days=ahead)
            for span in self.spans(schedule, day):
                opening = datetime.combine(day, time(span.start // 60, span.start % 60), ZONE)
                if opening > local:
                    return opening
        return None


def _local(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError(f"naive moment {now!r}: opening hours are asked with a zone")
    return now.astimezone(ZONE)

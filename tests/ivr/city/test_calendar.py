"""Working hours: evenings, lunch, week-ends, holidays and swapped days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.city.fields import DAYS, Span
from ivr.city.hours import Holiday, Hours, NoWorkingTimeError, Schedule, Workday
from ivr.model.civil import ZONE, civil_year

DAY = (Span(start=450, end=690), Span(start=780, end=1020))
"""07:30–11:30 and 13:00–17:00."""


def calendar(*week: tuple[Span, ...], off: tuple[date, ...] = (), worked: dict[date, int] | None = None) -> Hours:
    return Hours(
        schedules={"x": Schedule(holidays=True, **dict(zip(DAYS, week, strict=True)))},
        holidays={day: Holiday(date=day, name="Nghỉ", decision="1") for day in off},
        workdays={day: Workday(date=day, like=like, decision="1") for day, like in (worked or {}).items()},
        work="x",
    )


OFFICE = calendar(
    *[DAY] * 5,
    *[()] * 2,
    off=(date(2026, 9, 2), date(2026, 9, 1)),
    worked={date(2026, 8, 29): 0},  # a Saturday worked in exchange
)
ALWAYS = calendar(*[(Span(start=0, end=1440),)] * 7)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-09-14 08:00", 2, "2026-09-14 10:00"),
        ("2026-09-14 10:30", 2, "2026-09-14 14:00"),  # over lunch
        ("2026-09-14 06:00", 4, "2026-09-14 11:30"),  # before hours; ends exactly at lunch
        ("2026-09-14 16:00", 8, "2026-09-15 16:00"),
        ("2026-09-18 16:00", 8, "2026-09-21 16:00"),  # over a week-end
        ("2026-08-28 16:00", 8, "2026-08-29 16:00"),  # the Saturday is worked
        ("2026-08-31 16:00", 8, "2026-09-03 16:00"),  # two holidays
        ("2026-09-19 12:00", 24, "2026-09-23 17:00"),  # three working days
    ],
)
def test_due(start: str, hours: float, end: str) -> None:
    assert OFFICE.due(at(start), hours) == at(end)


def test_due_keeps_the_zone_it_was_asked_in() -> None:
    moment = OFFICE.due(datetime(2026, 9, 14, 1, 0, tzinfo=UTC), 2)
    assert (moment, moment.tzinfo) == (at("2026-09-14 10:00"), UTC)


def test_round_the_clock_counts_every_hour() -> None:
    assert ALWAYS.due(at("2026-09-18 23:00"), 30) == at("2026-09-20 05:00")


def test_a_calendar_without_working_time_says_so() -> None:
    with pytest.raises(NoWorkingTimeError):
        calendar(*[()] * 7).due(at("2026-09-14 08:00"), 1)
    with pytest.raises(ValueError, match="naive"):
        OFFICE.due(datetime(2026, 9, 14), 1)  # noqa: DTZ001  # the naive moment is what is refused


@pytest.mark.uncounted  # the lines of the examples above, a hundred times
@given(
    st.datetimes(datetime(2026, 8, 1), datetime(2026, 10, 1)),  # noqa: DTZ001  # the zone is added below
    st.integers(1, 80 * 4),
)
def test_what_is_due_after_hours_was_worked_for_hours(start: datetime, quarters: int) -> None:
    """Counted a second way: minute by minute, whether the schedule is open."""
    begin = start.replace(second=0, microsecond=0, tzinfo=ZONE)
    end = OFFICE.due(begin, quarters / 4)
    minutes = (end - begin) // timedelta(minutes=1)
    assert sum(OFFICE.is_open("x", begin + timedelta(minutes=minute)) for minute in range(minutes)) == quarters * 15


def test_the_year_of_a_code_turns_at_midnight_here() -> None:
    assert civil_year(datetime(2026, 12, 31, 16, 59, tzinfo=UTC)) == 2026
    assert civil_year(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == 2027

"""Opening hours against a second, minute-by-minute statement of the rules, and on days that people know."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.city.city import City, load_city
from ivr.city.fields import DAYS, Span
from ivr.city.hours import Holiday, Hours, Schedule, Workday
from ivr.model.civil import ZONE

CONFIG = Path(__file__).resolve().parents[3] / "config"

DATES = st.dates(date(2026, 1, 1), date(2027, 12, 31))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(ZONE))  # noqa: DTZ001 the zone comes from timezones


@st.composite
def days(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(Span(start=a, end=b) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    week = tuple(draw(days()) for _ in range(7))
    off = draw(st.sets(DATES, max_size=20))
    worked = draw(st.sets(DATES, max_size=5)) - off
    keeps = draw(st.booleans())
    return Hours(
        schedules={"x": Schedule(holidays=keeps, **dict(zip(DAYS, week, strict=True)))},
        holidays={day: Holiday(date=day, name="Nghỉ", decision="1") for day in off},
        workdays={day: Workday(date=day, like=draw(st.integers(0, 6)), decision="1") for day in worked},
        work="x",
    )


@given(hours(), MOMENTS)
def test_open_is_what_the_rules_say_minute_by_minute(hours: Hours, now: datetime) -> None:
    schedule = hours.schedules["x"]
    day = now.date()
    weekday = day.weekday()
    if schedule.holidays and day in hours.workdays:
        weekday = hours.workdays[day].like
    minutes = {minute for span in schedule.week[weekday] for minute in range(span.start, span.end)}
    shut = schedule.holidays and day in hours.holidays and day not in hours.workdays
    assert hours.is_open("x", now) == (not shut and now.hour * 60 + now.minute in minutes)


@given(hours(), MOMENTS)
def test_the_zone_of_the_question_does_not_matter(hours: Hours, now: datetime) -> None:
    assert hours.is_open("x", now) == hours.is_open("x", now.astimezone(UTC))


def test_a_naive_moment_is_refused() -> None:
    hours = Hours(schedules={}, holidays={}, workdays={}, work="x")
    with pytest.raises(ValueError, match="naive"):
        hours.is_open("x", datetime(2026, 1, 1))  # noqa: DTZ001 the naive moment is what is refused


@pytest.fixture(scope="module")
def da_nang() -> City:
    return load_city(CONFIG, "da-nang")


def _at(day: str, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZONE)


@pytest.mark.parametrize(
    ("day", "clock", "office", "operators"),
    [
        ("2026-11-23", "07:29", False, False),  # a Monday, before work
        ("2026-11-23", "07:30", True, True),
        ("2026-11-23", "12:00", False, True),  # lunch at the offices, not at the hotline
        ("2026-11-23", "17:29", True, True),
        ("2026-11-23", "17:30", False, False),
        ("2026-11-22", "09:00", False, True),  # Sunday: operators every day
        ("2026-02-17", "09:00", False, True),  # Mùng 1
        ("2026-02-23", "09:00", True, True),  # first day after Tết
        ("2026-08-31", "09:00", False, True),  # swapped day off
        ("2026-08-22", "09:00", True, True),  # the Saturday worked for it
        ("2026-08-29", "09:00", False, True),  # an ordinary Saturday
        ("2027-02-06", "09:00", False, True),  # Mùng 1, 2027
    ],
)
def test_da_nang_on_days_people_know(da_nang: City, day: str, clock: str, office: bool, operators: bool) -> None:
    assert da_nang.is_open("hanh-chinh", _at(day, clock)) is office
    assert da_nang.is_open("tong-dai", _at(day, clock)) is operators

"""When a report is due: by its city's rules, and never a reason not to file."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from ivr.city.city import load_city
from ivr.city.due import calendar_of, find_due
from ivr.city.hours import ZONE, Schedule, Span
from ivr.settings import Settings, load_settings
from ivr.spool import Sidecar
from ivr.testing.spool import Leavings, make_sidecar

THURSDAY = datetime(2026, 10, 1, 9, 0, tzinfo=ZONE)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a copy of the cities, to be spoiled."""
    source = load_settings(home=tmp_path)
    shutil.copytree(source.config, tmp_path / "config", ignore=shutil.ignore_patterns("*.conf"))
    return load_settings(home=tmp_path, config=tmp_path / "config")


def category_with_hours(settings: Settings) -> tuple[str, float, float | None]:
    city = load_city(settings.config, "da-nang")
    one = next(one for one in city.categories.values() if one.hours is not None)
    assert one.hours is not None
    return one.id, one.hours, one.urgent_hours


def test_working_hours_of_the_category_from_when_the_caller_spoke(desk: Leavings, settings: Settings) -> None:
    category, hours, urgent = category_with_hours(settings)
    said = desk.blank(category=category, reported_at=THURSDAY)
    usual = find_due(settings, said)
    assert usual is not None
    assert usual - THURSDAY >= timedelta(hours=hours)
    if urgent is not None:
        sooner = find_due(settings, replace(said, urgent=True))
        assert sooner is not None
        assert (sooner < usual) == (urgent < hours)


@pytest.mark.parametrize("category", [None, "unknown"])
def test_no_rule_no_deadline(desk: Leavings, settings: Settings, category: str | None) -> None:
    assert find_due(settings, desk.blank(category=category)) is None


@pytest.mark.parametrize("city", ["nowhere", "../../etc"])
def test_a_city_that_is_not_there(desk: Leavings, settings: Settings, city: str) -> None:
    assert find_due(settings, desk.blank(city=city)) is None


def test_a_broken_city_stops_no_filing_and_a_mended_one_counts_at_once(desk: Leavings, settings: Settings) -> None:
    category, _, _ = category_with_hours(settings)
    said = desk.blank(category=category, reported_at=THURSDAY)
    before = find_due(settings, said)
    path = settings.config / "cities" / "da-nang" / "menu.toml"
    whole = path.read_text()
    path.write_text("[[[")
    assert find_due(settings, said) is None
    path.write_text(whole)
    assert find_due(settings, said) == before


def test_the_calendar_is_the_citys(settings: Settings) -> None:
    hours = load_city(settings.config, "da-nang").hours
    night = Schedule(id="night", week=((Span(start=0, end=1440),), *((),) * 6), holidays=False)
    calendar = calendar_of(replace(hours, schedules={"night": night}, work="night"))
    assert calendar.intervals(date(2026, 9, 28)) == ((time(0), time(0)),)
    assert calendar.intervals(date(2026, 9, 29)) == ()
    kept = calendar_of(hours)
    for day in hours.holidays:
        if day not in hours.workdays:
            assert kept.intervals(day) == ()
    for day, one in hours.workdays.items():
        assert kept.intervals(day) == kept.week[one.like]
    assert find_due(settings, _spoken_in_utc(settings)) is not None


def _spoken_in_utc(settings: Settings) -> Sidecar:
    category, _, _ = category_with_hours(settings)
    at = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
    return make_sidecar(ulid="x", instance="1022", city="da-nang", started_at=at, reported_at=at, category=category)

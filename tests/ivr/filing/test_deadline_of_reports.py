"""When a report is due: by its city's rules, and never a reason not to file."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.city.city import load_city
from ivr.city.due import find_due
from ivr.city.fields import Span
from ivr.city.hours import Schedule
from ivr.model.civil import ZONE
from ivr.settings import Settings, load_settings

THURSDAY = datetime(2026, 10, 1, 9, 0, tzinfo=ZONE)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a copy of the cities, to be spoiled."""
    source = load_settings(home=tmp_path)
    shutil.copytree(source.config, tmp_path / "config", ignore=shutil.ignore_patterns("*.conf"))
    return load_settings(home=tmp_path, config=tmp_path / "config")


def category_with_hours(settings: Settings) -> tuple[str, float, float | None]:
    city = load_city(settings.config, "da-nang")
    found = next(category for category in city.categories.values() if category.hours is not None)
    assert found.hours is not None
    return found.id, found.hours, found.urgent_hours


def due(settings: Settings, category: str | None, *, urgent: bool = False, city: str = "da-nang") -> datetime | None:
    return find_due(settings.config, city=city, category=category, urgent=urgent, at=THURSDAY)


def test_working_hours_of_the_category_from_when_the_caller_spoke(settings: Settings) -> None:
    category, hours, urgent = category_with_hours(settings)
    usual = due(settings, category)
    assert usual is not None
    assert usual - THURSDAY >= timedelta(hours=hours)
    if urgent is not None:
        sooner = due(settings, category, urgent=True)
        assert sooner is not None
        assert (sooner < usual) == (urgent < hours)


@pytest.mark.parametrize("category", [None, "unknown"])
def test_no_rule_no_deadline(settings: Settings, category: str | None) -> None:
    assert due(settings, category) is None


@pytest.mark.parametrize("city", ["nowhere", "../../etc", ""])
def test_a_city_that_is_not_there(settings: Settings, city: str) -> None:
    category, _, _ = category_with_hours(settings)
    assert due(settings, category, city=city) is None


def test_a_broken_city_stops_no_filing_and_a_mended_one_counts_at_once(settings: Settings) -> None:
    category, _, _ = category_with_hours(settings)
    before = due(settings, category)
    assert before is not None
    path = settings.config / "cities" / "da-nang" / "menu.toml"
    whole = path.read_text()
    path.write_text("[[[")
    assert due(settings, category) is None
    path.write_text(whole)
    assert due(settings, category) == before


def test_a_holiday_for_the_whole_country_counts_at_once(settings: Settings) -> None:
    category, _, _ = category_with_hours(settings)
    before = due(settings, category)
    path = settings.config / "cities" / "holidays.toml"
    day = f'[[holidays]]\ndate = {THURSDAY:%Y-%m-%d}\nname = "Nghỉ"\ndecision = "1"\n\n'
    path.write_text(day + path.read_text())
    after = due(settings, category)
    assert before is not None
    assert after is not None
    assert after > before


def test_the_citys_own_calendar_counts(settings: Settings) -> None:
    city = load_city(settings.config, "da-nang")
    category, hours, _ = category_with_hours(settings)
    at = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
    due = find_due(settings.config, city="da-nang", category=category, urgent=False, at=at)
    assert due == city.hours.due(THURSDAY, hours)
    night = Schedule(holidays=False, mon=(Span(start=0, end=1440),))
    other = replace(city, hours=replace(city.hours, schedules={"night": night}, work="night"))
    monday = datetime(2026, 10, 5, 0, 0, tzinfo=ZONE)
    assert other.find_due(category, urgent=False, at=THURSDAY) == monday + timedelta(
        weeks=(hours - 0.25) // 24, hours=hours - 24 * ((hours - 0.25) // 24)
    )

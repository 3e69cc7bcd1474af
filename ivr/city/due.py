"""When a report is due by its city's own rules; a city whose files are broken never stops a filing."""

import os
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path

import structlog

from ivr.city.calendar import Interval, NoWorkingTimeError, WorkCalendar, due
from ivr.city.city import City, load_city
from ivr.city.hours import Hours, Span
from ivr.errors import TongdaiError
from ivr.model.report import Report
from ivr.settings import Settings

_log = structlog.get_logger(__name__)


def find_due(settings: Settings, report: Report) -> datetime | None:
    """The end of the working hours its category allows; None without a rule, or with a city that cannot be read."""
    if not report.city.replace("-", "").isalnum():
        return None  # no folder of ours has such a name
    try:
        folder = settings.config / "cities" / report.city
        city, calendar = _city(settings.config, report.city, _stamp(str(folder)))
        category = city.find_category(report.category)
        if category is None:
            return None
        hours = category.urgent_hours if report.urgent else category.hours
        return None if hours is None else due(report.reported_at, calendar, hours)
    except (TongdaiError, NoWorkingTimeError, OSError) as error:
        _log.error("deadline.unknown", ulid=report.ulid, city=report.city, error=str(error))
        return None


def calendar_of(hours: Hours) -> WorkCalendar:
    """The schedule deadlines count in, as the calendar that counts them."""
    schedule = hours.schedules[hours.work]
    week = tuple(_intervals(day) for day in schedule.week)
    if not schedule.holidays:
        return WorkCalendar(week=week)
    swapped: dict[date, tuple[Interval, ...]] = {day: week[one.like] for day, one in hours.workdays.items()}
    return WorkCalendar(week=week, holidays=frozenset(hours.holidays), workdays=swapped)


def _intervals(spans: tuple[Span, ...]) -> tuple[Interval, ...]:
    return tuple((_clock(span.start), _clock(span.end)) for span in spans)


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


@lru_cache(maxsize=8)
def _city(config: Path, name: str, stamp: float) -> tuple[City, WorkCalendar]:
    """A city, with its calendar, is read again when one of its files is newer (``stamp``)."""
    city = load_city(config, name)
    return city, calendar_of(city.hours)


def _stamp(folder: str) -> float:
    """The newest of a city's files; asked at every report, so without a Path for each of them."""
    newest = 0.0
    with os.scandir(folder) as entries:
        for one in entries:
            if one.is_dir():
                newest = max(newest, _stamp(one.path))
            elif one.name.endswith(".toml"):
                newest = max(newest, one.stat().st_mtime)
    return newest

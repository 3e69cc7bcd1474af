"""The shape of a city's files beside its menu, as docs/cities.md explains them; their tables are frozen values."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from ivr.city.fields import OPERATOR, EntryKey, Lines, Numbers, OwnId, Prefix, PromptId, Version
from ivr.city.hours import Holiday, Schedule, Workday
from ivr.city.seconds.limits import Limits
from ivr.city.values import Agency, Announcement, Category, QueueRules, Said, Text
from ivr.settings.shape import Day, Filled, Shape, Whole, Wrong
from ivr.words import tr

MOST_KEYS = 5
"""Keys that a menu may name at once, unless a city allows one more."""


def _opens(schedule: Schedule) -> Schedule:
    if not any(schedule.week):
        raise Wrong(tr("không mở ngày nào", "is never open"))
    return schedule


class CityFile(Shape):
    """``city.toml``."""

    id: OwnId
    name: Text
    prefix: Prefix
    numbers: Numbers
    issuer: Filled
    notice_version: Version
    most_keys: Annotated[Whole, Field(ge=1, le=MOST_KEYS + 1)] = MOST_KEYS
    lines: Lines = Field(default_factory=dict)
    queues: dict[str, QueueRules] = Field(default_factory=dict)
    seconds: Limits = Field(default_factory=Limits)

    @field_validator("queues")
    @classmethod
    def _of_lines(cls, queues: dict[str, QueueRules], info: ValidationInfo) -> dict[str, QueueRules]:
        lines = info.data.get("lines")
        if lines is not None and (unknown := sorted(set(queues) - {OPERATOR, *lines})):
            raise Wrong(*(tr(f"không có đường dây “{name}”", f'there is no line "{name}"') for name in unknown))
        return queues


class HolidaysFile(Shape):
    """The national ``holidays.toml`` beside the cities."""

    holidays: tuple[Holiday, ...] = ()
    workdays: tuple[Workday, ...] = ()


class HoursFile(HolidaysFile):
    """``hours.toml``."""

    schedules: dict[str, Annotated[Schedule, AfterValidator(_opens)]]
    work: Filled


class CategoriesFile(Shape):
    """``categories.toml``."""

    categories: tuple[Category, ...] = ()


class AgenciesFile(Shape):
    """``agencies.toml``."""

    agencies: tuple[Agency, ...] = ()


class EntryTable(Shape):
    """One of a look-up's ``[[entries]]``."""

    key: EntryKey
    vi: Said
    en: Said


class LookupFile(Shape):
    """``lookups/<source>.toml``."""

    title: Text
    as_of: Day
    source: Filled
    prompt: PromptId
    digits: Annotated[Whole, Field(ge=1)]
    entries: tuple[EntryTable, ...] = Field(default=(), validate_default=True)

    @field_validator("entries")
    @classmethod
    def _some(cls, entries: tuple[EntryTable, ...]) -> tuple[EntryTable, ...]:
        if not entries:
            raise Wrong(tr("không có mục nào", "has no entries"))
        return entries


class AnnouncementsFile(Shape):
    """``announcements.toml``."""

    announcements: tuple[Announcement, ...] = ()

"""The shape of a city's files beside its menu: their tables and settings, as docs/cities.md explains them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from ivr.city.values import Text
from ivr.prompts.shape import Spoken
from ivr.settings.shape import Day, Filled, Number, Shape, Strings, Whole, Wrong
from ivr.words import tr

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER = re.compile(r"\d{3,15}")
_DIAL = re.compile(r"[A-Za-z0-9_]+/[A-Za-z0-9_.@+-]+(&[A-Za-z0-9_]+/[A-Za-z0-9_.@+-]+)*")
"""An Asterisk dial string; nothing that could end an argument of the dialplan."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What stands in other files, or elsewhere in the same one, and is named by settings."""

    city: str = ""
    """The folder's name."""
    agencies: Collection[str] | None = None
    """None where their file cannot be read."""
    roots: Mapping[str, str] = field(default_factory=dict)
    """The root of each category."""
    prompts: Collection[str] = ()
    digits: object = None
    """Most digits of the keys of a look-up, as the file has it."""


def _beside(info: ValidationInfo) -> Beside:
    return info.context if isinstance(info.context, Beside) else Beside()


def check_id(name: str) -> str:
    """An id of ours, or ValueError."""
    if not _ID.fullmatch(name):
        raise Wrong(tr(f"“{name}” không phải là mã (a–z, 0–9, gạch nối)", f'"{name}" is not an id (a–z, 0–9, hyphens)'))
    return name


def _matching(pattern: str, vi: str, en: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise Wrong(tr(vi, en))
        return value

    return AfterValidator(check)


def _own_id(city: str, info: ValidationInfo) -> str:
    folder = _beside(info).city
    if city != folder:
        raise Wrong(tr(f"phải là tên thư mục, {folder}", f"must be the folder's name, {folder}"))
    return city


def _numbers(numbers: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [
        tr(f"“{number}” không phải là số điện thoại", f'"{number}" is not a telephone number')
        for number in numbers
        if not _NUMBER.fullmatch(number)
    ]
    if len(set(numbers)) < len(numbers):
        wrong.append(tr("một số được khai hai lần", "a number is given twice"))
    if wrong:
        raise Wrong(*wrong)
    return numbers


def _line(name: str) -> str:
    if name == "operator":
        raise Wrong(tr("là thiết lập operator_phone", "is the setting operator_phone"))
    return name


def _dial(target: str) -> str:
    if not _DIAL.fullmatch(target):
        raise Wrong(tr(f"“{target}” không phải dạng PJSIP/101", f'"{target}" does not look like PJSIP/101'))
    return target


def _agency(agency: str, info: ValidationInfo) -> str:
    agencies = _beside(info).agencies
    if agencies is not None and agency not in agencies:
        raise Wrong(tr(f"không có cơ quan “{agency}”", f'there is no agency "{agency}"'))
    return agency


def _root(root: str, info: ValidationInfo) -> str:
    if _beside(info).roots.get(root) != root:
        raise Wrong(tr(f"không có lĩnh vực gốc “{root}”", f'there is no root category "{root}"'))
    return root


def _prompt(prompt: str, info: ValidationInfo) -> str:
    if prompt not in _beside(info).prompts:
        raise Wrong(tr(f"lời nhắc “{prompt}” không có nội dung", f'prompt "{prompt}" has no text'))
    return prompt


def _key(key: str, info: ValidationInfo) -> str:
    given = _beside(info).digits
    digits = given if isinstance(given, int) else 99
    if not re.fullmatch(r"\d+", key) or len(key) > digits:
        raise Wrong(tr(f"“{key}” không gồm tối đa {digits} chữ số", f'"{key}" is not up to {digits} digits'))
    return key


Id = Annotated[Filled, AfterValidator(check_id)]
Allowed = Annotated[Number, Field(ge=0.5)]
"""Working hours until an answer is due."""


class CityFile(Shape):
    """``city.toml``."""

    id: Annotated[Filled, AfterValidator(_own_id)]
    name: Text
    prefix: Annotated[Filled, _matching(r"[A-Z]{2}", "phải là hai chữ hoa", "must be two capital letters")]
    numbers: Annotated[Strings, AfterValidator(_numbers)]
    issuer: Filled
    notice_version: Annotated[Filled, _matching(r"[A-Za-z0-9.-]{1,32}", "phải dạng 2026-01", "must look like 2026-01")]
    lines: dict[Annotated[str, AfterValidator(_line)], Annotated[Filled, AfterValidator(_dial)]] = Field(
        default_factory=dict
    )


class CategoryTable(Shape):
    """One of ``[[categories]]``."""

    id: Id
    name: Text
    root: Annotated[Filled, AfterValidator(_root)] | None = None
    hours: Allowed | None = None
    urgent_hours: Allowed | None = None
    decision: Filled | None = Field(default=None, validate_default=True)
    decided: Day | None = None
    agency: Annotated[Filled, AfterValidator(_agency)] | None = None

    @field_validator("decision")
    @classmethod
    def _hours_come_from_a_decision(cls, decision: str | None, info: ValidationInfo) -> str | None:
        if decision is None and any(info.data.get(name) is not None for name in ("hours", "urgent_hours")):
            raise Wrong(tr("thời hạn phải nêu quyết định", "hours must name the decision they come from"))
        return decision


class CategoriesFile(Shape):
    """``categories.toml``."""

    categories: tuple[CategoryTable, ...] = ()


class AgencyName(Shape):
    """An agency's name, and how it is read aloud where that differs."""

    vi: Filled
    en: Filled
    say: Filled | None = None
    say_en: Filled | None = None


class AgencyTable(Shape):
    """One of ``[[agencies]]``."""

    id: Id
    name: AgencyName
    group: Filled


class AgenciesFile(Shape):
    """``agencies.toml``."""

    agencies: tuple[AgencyTable, ...] = ()


class Said(Spoken):
    """A text that is shown and spoken."""

    text: Filled


class EntryTable(Shape):
    """One of a look-up's ``[[entries]]``."""

    key: Annotated[Filled, AfterValidator(_key)]
    vi: Said
    en: Said


class LookupFile(Shape):
    """``lookups/<source>.toml``."""

    title: Text
    as_of: Day
    source: Filled
    prompt: Annotated[Filled, AfterValidator(_prompt)]
    digits: Annotated[Whole, Field(ge=1)]
    entries: tuple[EntryTable, ...] = Field(default=(), validate_default=True)

    @field_validator("entries")
    @classmethod
    def _some(cls, entries: tuple[EntryTable, ...]) -> tuple[EntryTable, ...]:
        if not entries:
            raise Wrong(tr("không có mục nào", "has no entries"))
        return entries


class AnnouncementTable(Shape):
    """One of ``[[announcements]]``: in force from a day until a day, both included."""

    id: Id
    topic: Filled
    start: Day = Field(alias="from")
    until: Day
    vi: Said
    en: Said

    @field_validator("until")
    @classmethod
    def _in_order(cls, until: Any, info: ValidationInfo) -> Any:
        if "start" in info.data and until < info.data["start"]:
            raise Wrong(tr("trước ngày bắt đầu", "is before from"))
        return until


class AnnouncementsFile(Shape):
    """``announcements.toml``."""

    announcements: tuple[AnnouncementTable, ...] = ()

"""Kinds of settings in a city's files: ids, names of what stands elsewhere, spans of a day, dial strings."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator, ValidationInfo

from ivr.settings.shape import Filled, Strings, Wrong
from ivr.words import tr

OPERATOR = "operator"
"""The line of key 0: its telephone is a setting, not a city's data."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
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
    if name == OPERATOR:
        raise Wrong(tr("là thiết lập operator_phone", "is the setting operator_phone"))
    return check_id(name)


def _dial(target: str) -> str:
    if not _DIAL.fullmatch(target):
        raise Wrong(tr(f"“{target}” không phải dạng PJSIP/101", f'"{target}" does not look like PJSIP/101'))
    return target


def _single(target: str) -> str:
    if "&" in target:
        raise Wrong(tr("chỉ được một máy", "must be one telephone"))
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


@dataclass(frozen=True, kw_only=True, order=True)
class Span:
    """A part of one day in minutes after midnight: ``start`` included, ``end`` (≤ 1440) excluded."""

    start: int
    end: int


def _spans(given: Any) -> tuple[Span, ...]:
    """The spans of one weekday in order: pairs of clock times that do not overlap."""
    if not isinstance(given, list):
        raise Wrong(tr('phải có dạng [["07:30", "17:30"]]', 'must look like [["07:30", "17:30"]]'))
    spans: list[Span] = []
    wrong: list[str] = []
    for pair in given:
        if (span := _span(pair)) is None:
            vi = f"{pair!r} không phải là giờ mở và giờ đóng theo thứ tự trong một ngày"
            wrong.append(tr(vi, f"{pair!r} is not an opening and a closing time in order within one day"))
        else:
            spans.append(span)
    spans.sort()
    for earlier, later in pairwise(spans):
        if later.start < earlier.end:
            both = _shown(earlier), _shown(later)
            wrong.append(tr(f"giờ chồng nhau: {both[0]} và {both[1]}", f"overlapping hours: {both[0]} and {both[1]}"))
    if wrong:
        raise Wrong(*wrong)
    return tuple(spans)


def _span(pair: object) -> Span | None:
    if not isinstance(pair, list) or len(pair) != 2:
        return None
    start, end = (_minutes(clock) for clock in pair)
    return None if start is None or end is None or start >= end else Span(start=start, end=end)


def _minutes(clock: object) -> int | None:
    """Minutes after midnight of ``"07:30"``; ``"24:00"`` is the end of the day."""
    match = _CLOCK.fullmatch(clock) if isinstance(clock, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else 1441
    return minutes if minutes <= 1440 else None


def _shown(span: Span) -> str:
    return f"{span.start // 60:02}:{span.start % 60:02}–{span.end // 60:02}:{span.end % 60:02}"


def _weekday(name: Any) -> int:
    if name not in DAYS:
        raise Wrong(tr(f"“{name}” không phải một trong {DAYS}", f'"{name}" is not one of {DAYS}'))
    return DAYS.index(name)


def _decision(decision: str, info: ValidationInfo) -> str:
    if not decision and any(info.data.get(name) is not None for name in ("hours", "urgent_hours")):
        raise Wrong(tr("thời hạn phải nêu quyết định", "hours must name the decision they come from"))
    return decision


OwnId = Annotated[Filled, AfterValidator(_own_id)]
"""The name of the city's folder."""
Prefix = Annotated[Filled, _matching(r"[A-Z]{2}", "phải là hai chữ hoa", "must be two capital letters")]
Version = Annotated[Filled, _matching(r"[A-Za-z0-9.-]{1,32}", "phải dạng 2026-01", "must look like 2026-01")]
Numbers = Annotated[Strings, AfterValidator(_numbers)]
LineName = Annotated[str, AfterValidator(_line)]
Telephones = Annotated[Filled, AfterValidator(_dial)]
Dial = Annotated[Telephones, AfterValidator(_single)]
"""One telephone's dial string."""
Lines = dict[LineName, Telephones]
"""Dial strings by the name of the line."""
Spans = Annotated[tuple[Span, ...], PlainValidator(_spans)]
"""The open spans of a day in order, written ``[["07:30", "11:30"], …]``."""
Weekday = Annotated[int, PlainValidator(_weekday)]
"""0 for ``mon``."""
Id = Annotated[Filled, AfterValidator(check_id)]
AgencyId = Annotated[Filled, AfterValidator(_agency)]
RootId = Annotated[Filled, AfterValidator(_root)]
PromptId = Annotated[Filled, AfterValidator(_prompt)]
Decision = Annotated[str, AfterValidator(_decision)]
EntryKey = Annotated[Filled, AfterValidator(_key)]

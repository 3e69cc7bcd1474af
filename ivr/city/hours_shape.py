"""The shape of a city's ``hours.toml`` and of the national ``holidays.toml`` beside the cities."""

import re
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator, model_validator

from ivr.city.hours import DAYS, Span
from ivr.settings.shape import Day, Filled, Flag, Shape, Wrong
from ivr.words import tr

_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


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


def _weekday(name: str) -> str:
    if name not in DAYS:
        raise Wrong(tr(f"“{name}” không phải một trong {DAYS}", f'"{name}" is not one of {DAYS}'))
    return name


Spans = Annotated[tuple[Span, ...], PlainValidator(_spans)]


class ScheduleTable(Shape):
    """One of ``[schedules.<name>]``; days that are not named are closed."""

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

    @model_validator(mode="after")
    def _opens(self) -> "ScheduleTable":
        if not any(self.week):
            raise Wrong(tr("không mở ngày nào", "is never open"))
        return self


class HolidayTable(Shape):
    """One of ``[[holidays]]``."""

    date: Day
    name: Filled
    decision: Filled


class WorkdayTable(Shape):
    """One of ``[[workdays]]``: worked in place of another day, with the hours of the weekday ``like``."""

    date: Day
    like: Annotated[Filled, AfterValidator(_weekday)]
    decision: Filled


class HolidaysFile(Shape):
    """The national ``holidays.toml``."""

    holidays: tuple[HolidayTable, ...] = ()
    workdays: tuple[WorkdayTable, ...] = ()


class HoursFile(HolidaysFile):
    """``hours.toml``."""

    schedules: dict[str, ScheduleTable]
    work: Filled

"""Reads ``hours.toml`` of a city and the national ``holidays.toml`` beside the cities."""

import re
from datetime import date
from itertools import pairwise

from ivr.city.hours import DAYS, Holiday, Hours, Schedule, Span, Workday
from ivr.city.table import Table
from ivr.words import tr

_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


def read_hours(table: Table, national: Table | None) -> Hours:
    """The opening hours; every fault is noted in the tables."""
    schedules = _schedules(table)
    holidays: dict[date, Holiday] = {}
    workdays: dict[date, Workday] = {}
    for source in (national, table):
        if source is not None:
            _add_holidays(source, holidays)
            _add_workdays(source, workdays, holidays)
    work = table.text("work")
    if work and work not in schedules:
        table.fault("work", tr(f"không có lịch “{work}”", f'there is no schedule "{work}"'))
    for source in (national, table):
        if source is not None:
            source.close()
    return Hours(schedules=schedules, holidays=holidays, workdays=workdays, work=work)


def _schedules(table: Table) -> dict[str, Schedule]:
    found: dict[str, Schedule] = {}
    parent = table.table("schedules")
    if parent is None:
        return found
    for name, child in parent.children():
        week = tuple(_spans(child, day) for day in DAYS)
        found[name] = Schedule(id=name, week=week, holidays=child.flag("holidays"))
        if not any(week):
            child.fault("", tr("không mở ngày nào", "is never open"))
        child.close()
    return found


def _spans(table: Table, day: str) -> tuple[Span, ...]:
    """The spans of one weekday in order: pairs of clock times that do not overlap."""
    if not table.has(day):
        return ()
    value = table.data[day]
    if not isinstance(value, list):
        table.fault(day, tr('phải có dạng [["07:30", "17:30"]]', 'must look like [["07:30", "17:30"]]'))
        return ()
    spans: list[Span] = []
    for pair in value:
        span = _span(pair)
        if span is None:
            table.fault(
                day,
                tr(
                    f"{pair!r} không phải là giờ mở và giờ đóng theo thứ tự trong một ngày",
                    f"{pair!r} is not an opening and a closing time in order within one day",
                ),
            )
        else:
            spans.append(span)
    spans.sort()
    for earlier, later in pairwise(spans):
        if later.start < earlier.end:
            table.fault(
                day,
                tr(
                    f"giờ chồng nhau: {_shown(earlier)} và {_shown(later)}",
                    f"overlapping hours: {_shown(earlier)} and {_shown(later)}",
                ),
            )
    return tuple(spans)


def _span(pair: object) -> Span | None:
    if not isinstance(pair, list) or len(pair) != 2:
        return None
    minutes = [_minutes(clock) for clock in pair]
    start, end = minutes
    if start is None or end is None or start >= end:
        return None
    return Span(start=start, end=end)


def _minutes(clock: object) -> int | None:
    """Minutes after midnight of ``"07:30"``; ``"24:00"`` is the end of the day."""
    match = _CLOCK.fullmatch(clock) if isinstance(clock, str) else None
    if match is None:
        return None
    minutes = int(match[1]) * 60 + int(match[2])
    return minutes if minutes <= 1440 else None


def _shown(span: Span) -> str:
    return f"{span.start // 60:02}:{span.start % 60:02}–{span.end // 60:02}:{span.end % 60:02}"


def _add_holidays(table: Table, holidays: dict[date, Holiday]) -> None:
    for item in table.tables("holidays"):
        day, name, decision = item.day("date"), item.text("name"), item.text("decision")
        item.close()
        if day is None:
            continue
        if day in holidays:
            item.fault("date", tr(f"ngày {day} được khai hai lần", f"{day} is given twice"))
        holidays[day] = Holiday(date=day, name=name, decision=decision)


def _add_workdays(table: Table, workdays: dict[date, Workday], holidays: dict[date, Holiday]) -> None:
    for item in table.tables("workdays"):
        day, like, decision = item.day("date"), item.text("like"), item.text("decision")
        item.close()
        if like and like not in DAYS:
            item.fault("like", tr(f"“{like}” không phải một trong {DAYS}", f'"{like}" is not one of {DAYS}'))
        if day is None or like not in DAYS:
            continue
        if day in workdays or day in holidays:
            item.fault("date", tr(f"ngày {day} được khai hai lần", f"{day} is given twice"))
        workdays[day] = Workday(date=day, like=DAYS.index(like), decision=decision)

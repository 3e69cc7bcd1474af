"""Moments and lengths as people here read them: dd/mm/yyyy, 24 h, +07:00; relative with the exact time on hover."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from console import context
from console.gettext import gettext as _
from console.language import language
from ivr.model.civil import ZONE

FIRST_YEAR = 2000
"""No hotline of this kind has older calls."""
_JUST_NOW = timedelta(minutes=1)
_MINUTE, _HOUR = 60, 3_600


def moment(at: datetime | None) -> str:
    """``21/11/2026 18:48`` in civil time; a dash for None."""
    return at.astimezone(ZONE).strftime("%d/%m/%Y %H:%M") if at else "–"


def civil_day(day: date | None) -> str:
    """``21/11/2026``; empty for None."""
    return day.strftime("%d/%m/%Y") if day else ""


def find_day(text: str, today: date) -> date | None:
    """The day somebody typed: ``21/11/2026``, ``21/11`` (this year), ``2026-11-21``; None where it is none.

    Days before there was such a hotline, or after the next year, are none: a slip of the finger, or a moment in UTC
    that no calendar has.
    """
    day = _read_day(text, today)
    return day if day and FIRST_YEAR <= day.year <= today.year + 1 else None


def _read_day(text: str, today: date) -> date | None:
    found = re.fullmatch(r"\s*(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?\s*", text)
    try:
        if found:
            return date(int(found[3] or today.year), int(found[2]), int(found[1]))
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def seconds(length: float) -> str:
    """``3,2 giây``: seconds to the tenth; a person reads no more in them."""
    return _("%(number)s giây", number=format_decimal(round(length, 1), locale=language()))


def time_of_day(at: datetime) -> str:
    """``18:48:05`` in civil time."""
    return at.astimezone(ZONE).strftime("%H:%M:%S")


def distance(length: timedelta) -> str:
    """``5 phút``, ``3 giờ``, ``2 ngày``: the largest unit alone, rounded down."""
    if length.days > 0:
        return _worded(length.days, "day", language())
    if length.seconds >= _HOUR:
        return _worded(length.seconds // _HOUR, "hour", language())
    return _worded(max(length.seconds // _MINUTE, 1), "minute", language())


@lru_cache(maxsize=1024)  # a list says few different lengths
def _worded(count: int, unit: Literal["day", "hour", "minute"], locale: str) -> str:
    whole = timedelta(**{f"{unit}s": count})
    return format_timedelta(whole, granularity=unit, threshold=10_000, locale=locale)


def ago(at: datetime | None) -> Markup:
    """``5 phút trước`` as a ``<time>`` that the browser keeps right, the exact moment on hover."""
    if at is None:
        return Markup("–")
    return ago_at(at, context.now())


def ago_at(at: datetime, now: datetime) -> Markup:
    """The same, as it was at ``now``."""
    length = now - at
    if abs(length) < _JUST_NOW:
        text = _("vừa xong")
    elif length > timedelta(0):
        text = _("%(length)s trước", length=distance(length))
    else:
        text = _("sau %(length)s", length=distance(-length))
    # format() of Markup costs four times as much; the words alone could hold a sign of HTML
    return Markup(f"<time {_exact(at)} data-ago>{escape(text)}</time>")  # noqa: S704


@lru_cache(maxsize=4096)  # the lists show the newest moments again and again
def _exact(at: datetime) -> str:
    return f'datetime="{at.isoformat()}" title="{moment(at)}"'


def clock(seconds: float | None) -> str:
    """``1:05`` of seconds; a dash for None."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}" if seconds is not None else "–"


def between(start: datetime, end: datetime | None) -> float | None:
    """Seconds from one moment to another, where the other is known."""
    return (end - start).total_seconds() if end else None

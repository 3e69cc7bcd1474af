"""Several calls of one number within a short time: each line of them says so, for there may be one matter behind all.

Counted when a list is read and stored nowhere: the first of thirty calls is as much one of them as the last.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.model import Call
from ivr.services.list_rows import Caller, CallLine, TicketLine

MOST_LOOKED_AT = 5_000
"""Calls that one page of a list looks at; a page that spans years of a busy number may miss a mark."""


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """From how many calls of one number, within how long before or after, a line says so."""

    calls: int
    within: timedelta


def mark_tickets(
    session: Session, rows: Sequence[tuple[TicketLine, Caller | None]], marked: Repeats
) -> list[TicketLine]:
    """The lines, each with the number of calls around its own."""
    counts = count_calls(session, (caller for _, caller in rows if caller), marked)
    return [line._replace(several=counts.get(caller, 0)) if caller else line for line, caller in rows]


def mark_calls(session: Session, rows: Sequence[CallLine], marked: Repeats) -> list[CallLine]:
    """As :func:`mark_tickets`."""
    callers = [Caller(row.caller_number, row.started_at) if row.caller_number else None for row in rows]
    counts = count_calls(session, (caller for caller in callers if caller), marked)
    return [
        row._replace(several=counts.get(caller, 0)) if caller else row
        for row, caller in zip(rows, callers, strict=True)
    ]


def count_calls(session: Session, callers: Iterable[Caller], marked: Repeats) -> Mapping[Caller, int]:
    """How many calls of its number began around each, itself included; where they are too few, it is left out."""
    asked = list(dict.fromkeys(callers))
    if not asked:
        return {}
    began = _find_beginnings(session, asked, marked.within)
    counts = {caller: _around(began[caller.number], caller.started_at, marked.within) for caller in asked}
    return {caller: count for caller, count in counts.items() if count >= marked.calls}


def around(session: Session, call: Call | None, marked: Repeats) -> int:
    """The same of one call; 0 where they are few, or the number is withheld."""
    if call is None or call.caller_number is None:
        return 0
    caller = Caller(call.caller_number, call.started_at)
    return count_calls(session, (caller,), marked).get(caller, 0)


def _find_beginnings(session: Session, callers: Sequence[Caller], within: timedelta) -> Mapping[str, list[datetime]]:
    """When calls of these numbers began, in order, as far as they can stand beside one of ``callers``."""
    moments = [caller.started_at for caller in callers]
    rows = (
        select(Call.caller_number, Call.started_at)
        .where(
            Call.caller_number.in_({caller.number for caller in callers}),
            Call.started_at.between(min(moments) - within, max(moments) + within),
        )
        .order_by(Call.started_at.desc())
        .limit(MOST_LOOKED_AT)
    )
    began: dict[str, list[datetime]] = {caller.number: [] for caller in callers}
    for number, at in session.execute(rows):
        began[str(number)].append(at)
    return {number: found[::-1] for number, found in began.items()}


def _around(began: Sequence[datetime], at: datetime, within: timedelta) -> int:
    return bisect_right(began, at + within) - bisect_left(began, at - within)

"""What one line of a list shows, read column by column: making whole rows into objects costs more than drawing them.

Lines are tuples: equal ones look equal, so a line that was drawn once need not be drawn again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, select
from sqlalchemy.orm import Session

from ivr.model import Call, EndReason, Kind, Person, Recording, State, Ticket, Transcript


class TicketLine(NamedTuple):
    """A ticket as the list shows it; the names are those of :class:`ivr.model.Ticket`."""

    id: int
    ulid: str
    code: str | None
    city: str
    kind: Kind
    category: str | None
    state: State
    urgent: bool
    confidential: bool
    language: str
    content: str
    contact_number: str | None
    due_at: datetime | None
    resolved_at: datetime | None
    created_at: datetime
    holder: str | None
    """The assignee's name."""
    recorded: bool
    heard: bool
    """Whether there is a transcript, were it an empty one."""
    flags: tuple[str, ...]
    agency: str | None
    seconds: float | None
    """Of its recording."""
    several: int = 0
    """Calls of the same number about that time, where they are many (:mod:`ivr.services.repeats`)."""


class Caller(NamedTuple):
    """Who called and when: by which several calls of one number are found."""

    number: str
    started_at: datetime


class TicketOfCall(NamedTuple):
    """What a call's line shows of one of its tickets."""

    code: str | None
    city: str
    state: State
    content: str


class CallLine(NamedTuple):
    """A call as the list shows it, with those of its tickets that the viewer may see."""

    id: str
    caller_number: str | None
    started_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None
    trial: bool
    """A call of ``tongdai call``, no citizen's."""
    tickets: tuple[TicketOfCall, ...]
    """In the order they were spoken; most calls make one or none."""
    several: int = 0
    """As in a ticket's line."""


_TICKETS = (
    select(
        Ticket.id,
        Ticket.ulid,
        Ticket.code,
        Ticket.city,
        Ticket.kind,
        Ticket.category,
        Ticket.state,
        Ticket.urgent,
        Ticket.confidential,
        Ticket.language,
        Ticket.content,
        Ticket.contact_number,
        Ticket.due_at,
        Ticket.resolved_at,
        Ticket.created_at,
        Person.name,
        Recording.id.is_not(None),
        Transcript.recording_id.is_not(None),
        Ticket.flags,
        Ticket.agency,
        Recording.seconds,
        Call.caller_number,
        Call.started_at,
    )
    .outerjoin(Call, Call.id == Ticket.call_id)
    .outerjoin(Person, Person.id == Ticket.assignee_id)
    .outerjoin(Recording, Recording.id == Ticket.ulid)
    .outerjoin(Transcript, Transcript.recording_id == Recording.id)
    .where(Ticket.id.in_(bindparam("ids", expanding=True)))
)

_CALLS = select(
    Call.id,
    Call.caller_number,
    Call.started_at,
    Call.ended_at,
    Call.end_reason,
    Call.trial,
    Ticket.code,
    Ticket.city,
    Ticket.state,
    Ticket.content,
).order_by(Call.started_at.desc(), Call.id.desc(), Ticket.created_at, Ticket.id)


def read_tickets(session: Session, ids: Sequence[int]) -> list[tuple[TicketLine, Caller | None]]:
    """The lines of these tickets in the order of ``ids``, and whose call each came from, where that is known."""
    rows = [tuple[Any, ...](row) for row in session.execute(_TICKETS, {"ids": ids})] if ids else []
    found = {row[0]: (_line(row), Caller(row[-2], row[-1]) if row[-2] else None) for row in rows}
    return [found[key] for key in ids if key in found]


def _line(row: tuple[Any, ...]) -> TicketLine:
    *shown, flags, agency, seconds, _number, _started_at = row
    return TicketLine._make((*shown, tuple(flags), agency, seconds, 0))


def read_calls(session: Session, which: ColumnElement[bool], visible: Sequence[ColumnElement[bool]]) -> list[CallLine]:
    """The lines of calls, newest first; of tickets that are not ``visible`` nothing is read."""
    joined = _CALLS.outerjoin(Ticket, and_(Ticket.call_id == Call.id, *visible)).where(which)
    rows = [tuple[Any, ...](row) for row in session.execute(joined)]
    return [CallLine._make((*call, _tickets(same), 0)) for call, same in groupby(rows, key=lambda row: row[:6])]


def _tickets(rows: Iterable[tuple[Any, ...]]) -> tuple[TicketOfCall, ...]:
    """Those in the rows of one call; a ticket always has a state."""
    return tuple(TicketOfCall._make(row[6:]) for row in rows if row[8] is not None)

"""Lists and pages of the desk, newest first; search is on the folded copy and the same on both databases."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, Select, false, func, select, union
from sqlalchemy.orm import Session, joinedload, selectinload

from ivr.model import CLOSED, Call, EndReason, Kind, Person, Recording, State, Ticket, TicketEvent, clock
from ivr.model.code import find_code
from ivr.model.numbers import normalise
from ivr.model.text import search_terms
from ivr.services import list_rows, rights
from ivr.services.errors import NotFound
from ivr.services.list_rows import CallLine, TicketLine
from ivr.store import search

PAGE = 50
"""Rows of a page."""
MOST_COUNTED = 10_000
"""Counting stops here: an exact number of a hundred thousand is of no use and costs every page."""
MOST_FOUND = 1_000
"""The same for a search, where every row counted is a row looked into."""

_WHOLE_NUMBER = 10
"""Signs from which digits are a telephone number (+84236…) and not a house number."""

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """One page; ``number`` counts from 1, ``total`` is all rows found, at most ``counted_to``."""

    rows: Sequence[Row]
    total: int
    number: int
    size: int
    counted_to: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def total_is_exact(self) -> bool:
        """Whether ``total`` is the whole truth."""
        return self.total < self.counted_to


@dataclass(frozen=True, kw_only=True)
class TicketFilter:
    """Which tickets; everything left out filters nothing. ``since`` ≤ time spoken < ``until``."""

    query: str = ""
    """Words and "phrases" in any spelling, a ticket code, or a telephone number."""
    states: frozenset[State] = field(default_factory=frozenset)
    is_open: bool | None = None
    city: str = ""
    category: str = ""
    kind: Kind | None = None
    urgent: bool | None = None
    assignee_id: int | None = None
    overdue_at: datetime | None = None
    """Tickets that are overdue at this moment (:func:`ivr.model.clock.is_overdue`)."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CallFilter:
    """Which calls; everything left out filters nothing. ``since`` ≤ start < ``until``."""

    query: str = ""
    """A telephone number or its end, or code or words of a ticket of the call."""
    city: str = ""
    end_reason: EndReason | None = None
    with_ticket: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


def tickets(
    session: Session,
    wanted: TicketFilter | None = None,
    *,
    viewer: Person | None,
    page: int = 1,
    size: int = PAGE,
) -> Page[TicketLine]:
    """Tickets ``viewer`` may see, newest first; None (a program, not a person) sees all."""
    wanted = wanted or TicketFilter()
    conditions = [*_ticket_conditions(session, wanted), *rights.visible(viewer)]
    matching = select(Ticket.id).where(*conditions)
    found = _keys(session, matching, (Ticket.created_at.desc(), Ticket.id.desc()), wanted.query, page, size)
    return replace(found, rows=list_rows.read_tickets(session, found.rows))


def calls(
    session: Session, wanted: CallFilter | None = None, *, viewer: Person | None, page: int = 1, size: int = PAGE
) -> Page[CallLine]:
    """Calls ``viewer`` may see, newest first, each once; a ticket they may not see is left out of its call's row."""
    wanted = wanted or CallFilter()
    matching = select(Call.id).where(*_call_conditions(session, wanted, viewer), *rights.visible_calls(viewer))
    order = (Call.started_at.desc(), Call.id.desc())
    found = _keys(session, matching, order, wanted.query, page, size)
    rows = list_rows.read_calls(session, Call.id.in_(found.rows), rights.visible(viewer)) if found.rows else []
    return replace(found, rows=rows)


def count_tickets(
    session: Session, *groups: TicketFilter, viewer: Person | None, most: int = MOST_COUNTED
) -> tuple[int, ...]:
    """How many there are in each group, at most ``most``, without reading any: one question for all groups."""
    matching = [
        select(Ticket.id).where(*_ticket_conditions(session, group), *rights.visible(viewer)) for group in groups
    ]
    return tuple(session.execute(select(*(_counted(ids, most) for ids in matching))).one())


def calls_of_number(session: Session, number: str, *, viewer: Person | None, limit: int = 50) -> list[CallLine]:
    """The history of one number (E.164), newest first, as far as ``viewer`` may see it."""
    seen = select(Call.id).where(Call.caller_number == number, *rights.visible_calls(viewer))
    calls = seen.order_by(Call.started_at.desc(), Call.id.desc())
    return list_rows.read_calls(session, Call.id.in_(calls.limit(limit)), rights.visible(viewer))


def find_ticket(session: Session, ticket_id: int) -> Ticket | None:
    """A ticket with its events and the people in them."""
    people = selectinload(Ticket.events).joinedload(TicketEvent.person)
    return session.get(Ticket, ticket_id, options=[people, joinedload(Ticket.assignee)])


def get_ticket(session: Session, ticket_id: int) -> Ticket:
    """The same; raises :class:`NotFound`."""
    ticket = find_ticket(session, ticket_id)
    if ticket is None:
        raise NotFound("ticket", ticket_id)
    return ticket


def find_ticket_of_report(session: Session, ulid: str) -> Ticket | None:
    """The ticket that a report became."""
    return session.scalar(select(Ticket).where(Ticket.ulid == ulid))


def tickets_of_call(session: Session, call_id: str | None) -> list[Ticket]:
    """All tickets of a call, in the order they were spoken; who may see which is the caller's to ask."""
    if call_id is None:
        return []
    rows = select(Ticket).where(Ticket.call_id == call_id).order_by(Ticket.created_at, Ticket.id)
    return list(session.scalars(rows))


def find_ticket_by_code(session: Session, code: str) -> Ticket | None:
    """The ticket with this code, however a person typed it."""
    return session.scalar(select(Ticket).where(Ticket.code == (find_code(code) or "")))


def get_call(session: Session, call_id: str) -> Call:
    """A call with its steps; raises :class:`NotFound`."""
    call = session.get(Call, call_id, options=[selectinload(Call.steps)])
    if call is None:
        raise NotFound("call", call_id)
    return call


def find_call(session: Session, call_id: str | None) -> Call | None:
    """A call without its steps; None for a ticket without a call, or whose call left no row."""
    return None if call_id is None else session.get(Call, call_id)


def get_recording(session: Session, recording_id: str) -> Recording:
    """A recording with its transcript; raises :class:`NotFound`."""
    recording = session.get(Recording, recording_id, options=[joinedload(Recording.transcript)])
    if recording is None:
        raise NotFound("recording", recording_id)
    return recording


def recordings_of_report(session: Session, ulid: str) -> list[Recording]:
    """Recordings of a report with their transcripts, in the order they were made."""
    rows = select(Recording).where(Recording.ulid == ulid).order_by(Recording.take)
    return list(session.scalars(rows.options(joinedload(Recording.transcript))))


def _ticket_conditions(session: Session, wanted: TicketFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.query.strip():
        alone = replace(wanted, query="") == TicketFilter()
        conditions.append(_matches(session, wanted.query, search.MOST_ALONE if alone else search.MOST))
    if wanted.states:
        conditions.append(Ticket.state.in_(wanted.states))
    if wanted.is_open is not None:
        conditions.append(Ticket.state.in_(clock.OPEN if wanted.is_open else CLOSED))
    if wanted.overdue_at is not None:
        conditions.append(clock.overdue_at(wanted.overdue_at))
    equal: dict[Any, Any] = {
        Ticket.city: wanted.city or None,
        Ticket.category: wanted.category or None,
        Ticket.kind: wanted.kind,
        Ticket.urgent: wanted.urgent,
        Ticket.assignee_id: wanted.assignee_id,
    }
    conditions += [column == value for column, value in equal.items() if value is not None]
    return conditions + _between(Ticket.created_at, wanted.since, wanted.until)


def _call_conditions(session: Session, wanted: CallFilter, viewer: Person | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.query.strip():
        alone = replace(wanted, query="") == CallFilter()
        conditions.append(_calls_matching(session, wanted.query, viewer, search.MOST_ALONE if alone else search.MOST))
    if wanted.city:
        conditions.append(Call.city == wanted.city)
    if wanted.end_reason is not None:
        conditions.append(Call.end_reason == wanted.end_reason)
    if wanted.with_ticket is not None:
        reported = select(Ticket.id).where(Ticket.call_id == Call.id, *rights.visible(viewer)).exists()
        conditions.append(reported if wanted.with_ticket else ~reported)
    return conditions + _between(Call.started_at, wanted.since, wanted.until)


def _matches(session: Session, query: str, most: int) -> ColumnElement[bool]:
    """A code or a whole telephone number is looked up as such; everything else is words."""
    code = find_code(query)
    if code is not None:
        return Ticket.code == code
    number = _whole_number(query)
    if number is not None:
        left = select(Ticket.id).where(Ticket.contact_number == number)
        called = select(Ticket.id).join(Call, Call.id == Ticket.call_id).where(Call.caller_number == number)
        return Ticket.id.in_(union(left, called))  # OR would read every ticket on PostgreSQL
    terms = search_terms(query)
    return search.matching(session, terms, most) if terms else false()


def _calls_matching(session: Session, query: str, viewer: Person | None, most: int) -> ColumnElement[bool]:
    """Calls from a number or its last digits, or of which a ticket (one the viewer may see) matches."""
    number = None if find_code(query) else _whole_number(query)
    if number is not None:
        return Call.caller_number == number
    by_ticket = select(Ticket.call_id).where(_matches(session, query, most), *rights.visible(viewer))
    ending = query.strip()
    if ending.isascii() and ending.isdigit() and len(ending) >= search.LEAST_ENDING:
        return Call.id.in_(union(by_ticket, select(Call.id).where(search.ending_with(session, ending))))
    return Call.id.in_(by_ticket)


def _whole_number(query: str) -> str | None:
    number = normalise(query)
    return number if number is not None and len(number) >= _WHOLE_NUMBER else None


def _between(column: Any, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(column >= since)
    if until is not None:
        conditions.append(column < until)
    return conditions


def _keys(session: Session, ids: Select[Any], order: tuple[Any, ...], query: str, number: int, size: int) -> Page[Any]:
    """The keys of one page: whole rows are read for these alone and not for all that are sorted.

    A search finds all keys it counts at once, so that the words are looked up once.
    """
    first = (max(1, number) - 1) * size
    if query.strip():
        every = session.scalars(ids.order_by(*order).limit(MOST_FOUND)).all()
        return Page(rows=every[first : first + size], total=len(every), number=number, size=size, counted_to=MOST_FOUND)
    rows = session.scalars(ids.order_by(*order).limit(size).offset(first)).all()
    is_last = len(rows) < size and (rows or first == 0)
    total = first + len(rows) if is_last else session.scalar(select(_counted(ids, MOST_COUNTED))) or 0
    return Page(rows=rows, total=min(total, MOST_COUNTED), number=number, size=size, counted_to=MOST_COUNTED)


def _counted(ids: Select[Any], most: int) -> ScalarSelect[int]:
    return select(func.count()).select_from(ids.limit(most).subquery()).scalar_subquery()

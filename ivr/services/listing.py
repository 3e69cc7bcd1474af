"""Lists and pages of the desk; search is on the folded copy and the same on both databases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar, assert_never

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from ivr.model import CLOSED, Call, Person, Recording, Ticket, TicketEvent, clock
from ivr.model.code import find_code
from ivr.services import list_rows, repeats, rights
from ivr.services.errors import NotFound
from ivr.services.list_filters import CallFilter, Order, TicketFilter
from ivr.services.list_rows import CallLine, TicketLine
from ivr.services.marks import marked
from ivr.services.matching import calls_matching, tickets_matching
from ivr.services.repeats import Repeats
from ivr.store import search

__all__ = ["CallFilter", "Order", "TicketFilter"]

PAGE = 50
"""Rows of a page."""
MOST_COUNTED = 10_000
"""Counting stops here: an exact number of a hundred thousand is of no use and costs every page."""
MOST_FOUND = 1_000
"""The same for a search, where every row counted is a row looked into."""

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


def tickets(
    session: Session,
    wanted: TicketFilter | None = None,
    *,
    viewer: Person | None,
    order: Order = Order.NEWEST,
    page: int = 1,
    size: int = PAGE,
    marked: Repeats | None = None,
) -> Page[TicketLine]:
    """Tickets ``viewer`` may see; None (a program, not a person) sees all.

    :param marked: when a line says that its caller called several times.
    """
    wanted = wanted or TicketFilter()
    conditions = [*_ticket_conditions(session, wanted), *rights.visible(viewer)]
    matching = select(Ticket.id).where(*conditions)
    found = _keys(session, matching, _order_of_tickets(order), wanted.query, page, size)
    rows = list_rows.read_tickets(session, found.rows)
    return replace(found, rows=repeats.mark_tickets(session, rows, marked) if marked else [row for row, _ in rows])


def calls(
    session: Session,
    wanted: CallFilter | None = None,
    *,
    viewer: Person | None,
    order: Order = Order.NEWEST,
    page: int = 1,
    size: int = PAGE,
    marked: Repeats | None = None,
) -> Page[CallLine]:
    """Calls ``viewer`` may see, each once; a ticket they may not see is left out of its call's row."""
    wanted = wanted or CallFilter()
    matching = select(Call.id).where(*_call_conditions(session, wanted, viewer), *rights.visible_calls(viewer))
    newest = (Call.started_at.desc(), Call.id.desc())
    oldest = (Call.started_at, Call.id)
    found = _keys(session, matching, oldest if order is Order.OLDEST else newest, wanted.query, page, size)
    rows = list_rows.read_calls(session, Call.id.in_(found.rows), rights.visible(viewer)) if found.rows else []
    rows = rows[::-1] if order is Order.OLDEST else rows
    return replace(found, rows=repeats.mark_calls(session, rows, marked) if marked else rows)


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


def _order_of_tickets(order: Order) -> tuple[Any, ...]:
    match order:
        case Order.NEWEST:
            return Ticket.created_at.desc(), Ticket.id.desc()
        case Order.OLDEST:
            return Ticket.created_at, Ticket.id
        case Order.URGENT:
            return Ticket.urgent.desc(), Ticket.created_at.desc(), Ticket.id.desc()
        case Order.WORST:
            runs = case((Ticket.state.in_(sorted(clock.RUNNING)), 0), else_=1)
            return runs, Ticket.due_at.is_(None), Ticket.due_at, Ticket.created_at, Ticket.id
        case other:
            assert_never(other)


def _ticket_conditions(session: Session, wanted: TicketFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.query.strip():
        alone = replace(wanted, query="") == TicketFilter()
        conditions.append(tickets_matching(session, wanted.query, search.MOST_ALONE if alone else search.MOST))
    if wanted.states:
        conditions.append(Ticket.state.in_(wanted.states))
    if wanted.is_open is not None:
        conditions.append(Ticket.state.in_(clock.OPEN if wanted.is_open else CLOSED))
    if wanted.overdue_at is not None:
        conditions.append(clock.overdue_at(wanted.overdue_at))
    if wanted.is_held is not None:
        conditions.append(Ticket.assignee_id.is_not(None) if wanted.is_held else Ticket.assignee_id.is_(None))
    equal: dict[Any, Any] = {
        Ticket.city: wanted.city or None,
        Ticket.category: wanted.category or None,
        Ticket.agency: wanted.agency or None,
        Ticket.kind: wanted.kind,
        Ticket.urgent: wanted.urgent,
        Ticket.assignee_id: wanted.assignee_id,
    }
    conditions += [column == value for column, value in equal.items() if value is not None]
    conditions += [marked(wanted.flag)] if wanted.flag else []
    conditions += _of_length(wanted.least_seconds, wanted.most_seconds)
    return conditions + _between(Ticket.created_at, wanted.since, wanted.until)


def _of_length(least: float | None, most: float | None) -> list[ColumnElement[bool]]:
    """Tickets whose recording lasts ``least`` ≤ seconds < ``most``."""
    bounds = _between(Recording.seconds, least, most)
    return [Ticket.ulid.in_(select(Recording.ulid).where(*bounds))] if bounds else []


def _call_conditions(session: Session, wanted: CallFilter, viewer: Person | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.query.strip():
        alone = replace(wanted, query="") == CallFilter()
        conditions.append(calls_matching(session, wanted.query, viewer, search.MOST_ALONE if alone else search.MOST))
    if wanted.city:
        conditions.append(Call.city == wanted.city)
    if wanted.end_reason is not None:
        conditions.append(Call.end_reason == wanted.end_reason)
    if wanted.with_ticket is not None:
        reported = select(Ticket.id).where(Ticket.call_id == Call.id, *rights.visible(viewer)).exists()
        conditions.append(reported if wanted.with_ticket else ~reported)
    return conditions + _between(Call.started_at, wanted.since, wanted.until)


def _between(column: Any, since: datetime | float | None, until: datetime | float | None) -> list[ColumnElement[bool]]:
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

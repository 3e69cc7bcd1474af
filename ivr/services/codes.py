"""Ticket codes: blocks of running numbers for each instance, and codes for tickets that were filed without one."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.model import CodeCounter, EventKind, Ticket
from ivr.model.code import MOST
from ivr.services import outbox
from ivr.services.errors import CodesExhausted, NotFound
from ivr.services.intake import add_event, announce_ticket, refresh_search_copy
from ivr.store import insert_missing


def lease_codes(session: Session, year: int, size: int = 500) -> range:
    """Running numbers leased only once, fewer than ``size`` at the end of the year's supply.

    :raises CodesExhausted: none is left.
    """
    insert_missing(session, CodeCounter, {"year": year, "next": 1})
    take = update(CodeCounter).where(CodeCounter.year == year).values(next=CodeCounter.next + size)
    after = session.execute(take.returning(CodeCounter.next)).scalar_one()
    numbers = range(after - size, min(after, MOST + 1))
    if not numbers:
        raise CodesExhausted(year)
    return numbers


def tickets_without_code(session: Session, limit: int = 100) -> list[Ticket]:
    """Tickets that wait for a late code, oldest first."""
    return list(session.scalars(select(Ticket).where(Ticket.code.is_(None)).order_by(Ticket.id).limit(limit)))


def give_late_code(session: Session, ticket_id: int, code: str, now: datetime) -> bool:
    """Give a ticket the code it could not get during its call; a ticket that has one keeps it (False)."""
    ticket = session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None:
        raise NotFound("ticket", ticket_id)
    if ticket.code is not None:
        return False
    ticket.code = code
    refresh_search_copy(ticket)
    session.flush()
    add_event(session, ticket.id, EventKind.CODED, {"code": code}, now)
    announce_ticket(session, outbox.TICKET_CHANGED, ticket.ulid, ticket.id, ticket.state, now)
    return True

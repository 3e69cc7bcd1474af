"""How a ticket is fetched for an act of a person, and how the act is recorded: one event, one announcement.

For the verbs of this folder alone; what a person may do to a ticket is in ``casework``.
"""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.model import EventKind, Person, Ticket, TicketEvent
from ivr.model.text import clean
from ivr.services import outbox, rights
from ivr.services.errors import Confidential, NotFound, Stale


def get_visible(session: Session, ticket_id: int, person: Person) -> Ticket:
    """The ticket, locked until the transaction ends. Outside the person's scope it is NotFound; or Confidential."""
    ticket = session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None or not rights.in_scope(person, ticket):
        raise NotFound("ticket", ticket_id)
    if not rights.may_see(person, ticket):
        raise Confidential
    return ticket


def get_for_change(session: Session, ticket_id: int, person: Person, version: int, *, own_pass: bool = False) -> Ticket:
    """The same, if it still is as the person saw it; raises :class:`Stale`.

    :param own_pass: what the person alone has changed since then does not count. For acts that write only the value
        they name: two controls of one page, used one after the other, must not be in each other's way.
    """
    ticket = get_visible(session, ticket_id, person)
    if ticket.version == version:
        return ticket
    changes = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.person_id.is_not(None))
    by_people = changes.where(TicketEvent.kind.in_((EventKind.MOVED, EventKind.CHANGED)))
    behind = max(ticket.version - version, 1)  # each of these events is one version
    since = list(session.scalars(by_people.order_by(TicketEvent.id.desc()).limit(behind)))
    own = len(since) == ticket.version - version and all(event.person_id == person.id for event in since)
    if own and own_pass:
        return ticket
    newest = since[0] if since else None
    raise Stale(who=newest.person.name if newest and newest.person else "", at=newest.at if newest else None, own=own)


def apply(
    session: Session, ticket: Ticket, person: Person, differs: dict[str, Any], reason: str, now: datetime
) -> Ticket:
    """Write values that differ, as one event that keeps the old ones."""
    data = {name: [_plain(getattr(ticket, name)), _plain(new)] for name, new in differs.items()}
    for name, new in differs.items():
        setattr(ticket, name, new)
    event = TicketEvent(kind=EventKind.CHANGED, text=clean(reason, 2000, lines=True))
    return record(session, ticket, person, event, data, now)


def record(
    session: Session,
    ticket: Ticket,
    person: Person,
    event: TicketEvent,
    data: dict[str, Any],
    now: datetime,
    *,
    bump: bool = True,
) -> Ticket:
    """Add the event and announce it; ``bump``: whoever saw the ticket before it has to look again."""
    event.ticket_id, event.person_id, event.at, event.data = ticket.id, person.id, now, data
    session.add(event)
    if bump:
        ticket.version += 1
    change = {"id": ticket.id, "state": ticket.state.value, "event": event.kind.value}
    outbox.announce(session, outbox.TICKET_CHANGED, ticket.ulid, change, now=now)
    session.flush()
    return ticket


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case _:
            return value

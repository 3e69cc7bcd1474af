"""The way a person gets one ticket, call or recording: only what they may see.

What is outside a person's scope is not found, as if it did not exist; what is confidential says so.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.model import Call, PartKind, Person, Recording, ReportPart, Ticket
from ivr.model.permissions import Permission
from ivr.services import listing, rights
from ivr.services.errors import Confidential, NotFound


@dataclass(frozen=True, kw_only=True)
class SeenCall:
    """A call and those of its tickets that the viewer may see."""

    call: Call
    tickets: list[Ticket]
    has_confidential: bool
    """Whether another one is left out because it is confidential."""


def get_ticket(session: Session, ulid: str, viewer: Person) -> Ticket:
    """The ticket of a report, with its events and the people in them. Raises NotFound, Confidential, NotAllowed."""
    rights.require(viewer, Permission.SEE_TICKETS)
    found = listing.find_ticket_of_report(session, ulid)
    if found is None or not rights.in_scope(viewer, found):
        raise NotFound("ticket", ulid)
    if not rights.may_see(viewer, found):
        raise Confidential
    return listing.get_ticket(session, found.id)


def find_ticket_by_code(session: Session, code: str, viewer: Person) -> Ticket | None:
    """The ticket with this code, if it is in the viewer's scope; that one stands is no secret, what it says may be."""
    found = listing.find_ticket_by_code(session, code)
    return found if found is not None and rights.in_scope(viewer, found) else None


def tickets_beside(session: Session, ticket: Ticket, viewer: Person) -> list[Ticket]:
    """The other tickets of the same call, as far as the viewer may see them."""
    every = listing.tickets_of_call(session, ticket.call_id)
    return [other for other in every if other.id != ticket.id and rights.may_see(viewer, other)]


def find_takes(session: Session, ticket: Ticket) -> list[ReportPart]:
    """The parts of a report that were spoken, in order; whoever may see the ticket may know how they ended."""
    rows = select(ReportPart).where(ReportPart.ulid == ticket.ulid, ReportPart.kind != PartKind.FILE)
    return list(session.scalars(rows.order_by(ReportPart.number)))


def get_call(session: Session, call_id: str, viewer: Person) -> SeenCall:
    """A call with its steps. Raises NotFound, NotAllowed."""
    rights.require(viewer, Permission.SEE_CALLS)
    call = listing.get_call(session, call_id)
    tickets = listing.tickets_of_call(session, call_id)
    if not rights.call_in_scope(viewer, tickets):
        raise NotFound("call", call_id)
    seen = [ticket for ticket in tickets if rights.may_see(viewer, ticket)]
    hidden = any(ticket not in seen for ticket in tickets if rights.in_scope(viewer, ticket))
    return SeenCall(call=call, tickets=seen, has_confidential=hidden)


def get_recording(session: Session, recording_id: str, viewer: Person) -> tuple[Recording, Ticket | None]:
    """A recording and its ticket; None where its ticket is lost. Raises NotFound, Confidential, NotAllowed."""
    recording = listing.get_recording(session, recording_id)
    ticket = listing.find_ticket_of_report(session, recording.ulid)
    if not rights.recording_in_scope(viewer, ticket):
        raise NotFound("recording", recording_id)
    if ticket is not None and not rights.may_see(viewer, ticket):
        raise Confidential
    rights.require(viewer, Permission.LISTEN)
    return recording, ticket

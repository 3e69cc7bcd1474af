"""The one way a page gets a ticket: only if the signed-in person may see it."""

from console.access import me
from console.context import Session
from ivr.model import Ticket
from ivr.services import listing, rights
from ivr.services.errors import Confidential, NotFound


def get_ticket(session: Session, ulid: str) -> Ticket:
    """The ticket with its events and people. Raises NotFound, NotAllowed."""
    found = listing.find_ticket_of_report(session, ulid)
    if found is None:
        raise NotFound("ticket", ulid)
    ticket = listing.get_ticket(session, found.id)
    if not rights.may_see(me(), ticket):
        raise Confidential
    return ticket

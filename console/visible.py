"""The one way a page gets a ticket: only if the signed-in person may see it."""

from sqlalchemy.orm import Session

from console.access import me
from ivr.model import Ticket
from ivr.services import listing, rights
from ivr.services.errors import NotAllowed, NotFound


def get_ticket(session: Session, ulid: str) -> Ticket:
    """The ticket with its events and people. Raises NotFound, NotAllowed."""
    found = listing.find_ticket_of_report(session, ulid)
    if found is None:
        raise NotFound("ticket", ulid)
    ticket = listing.get_ticket(session, found.id)
    if not rights.may_see(me(), ticket):
        raise NotAllowed(
            "Phản ánh này là mật: chỉ trưởng ca và người giữ phiếu được xem.",
            "This report is confidential: only supervisors and whoever holds it may see it.",
        )
    return ticket

"""A whole telephone number of work that is not one's own is shown for a reason, and who looked at it is kept."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.model import Person, Reveal
from ivr.model.permissions import Permission
from ivr.model.text import LEAST_REASON, clean
from ivr.services import rights
from ivr.services.errors import ReasonNeeded

CALLING_BACK = "Gọi lại người dân"
"""The reason that stands where none had to be typed."""


def reveal(session: Session, ulid: str, person: Person, reason: str, now: datetime, *, address: str = "") -> None:
    """Note that the person looks at the number of this ticket or call (its ULID), and why.

    Whether they may see the ticket or call at all is for the caller.

    :raises NotAllowed: a role without the permission to see numbers.
    :raises ReasonNeeded: no reason given.
    """
    rights.require(person, Permission.SEE_NUMBERS)
    reason = clean(reason, 500)
    if len(reason) < LEAST_REASON:
        raise ReasonNeeded("number")
    session.add(Reveal(ulid=ulid, person_id=person.id, reason=reason, at=now, address=clean(address, 64)))
    session.flush()


def reveal_to_call(session: Session, ulid: str, person: Person, now: datetime, *, address: str = "") -> None:
    """Note that the person sees the number of this ticket or call because they call it back."""
    rights.require(person, Permission.CALL_BACK)
    session.add(Reveal(ulid=ulid, person_id=person.id, reason=CALLING_BACK, at=now, address=clean(address, 64)))
    session.flush()


def is_revealed(session: Session, ulid: str, person: Person, now: datetime, lasting: timedelta) -> bool:
    """Whether the person has given a reason for this number within the time that one lasts."""
    if not rights.may(person, Permission.SEE_NUMBERS):
        return False
    mine = select(Reveal.id).where(Reveal.ulid == ulid, Reveal.person_id == person.id)
    return session.scalar(mine.where(Reveal.at > now - lasting).limit(1)) is not None

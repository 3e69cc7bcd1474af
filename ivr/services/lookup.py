"""A citizen asks for the state of a report: code and last four digits or PIN, with limited tries (DOMAIN §4)."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.model import Kind, Refusal, State, Ticket
from ivr.model.clock import is_overdue
from ivr.model.code import find_code
from ivr.services import attempts
from ivr.services.attempts import LimitKind, Locked


@dataclass(frozen=True, kw_only=True)
class Status:
    """What the citizen may hear: never content, names or numbers."""

    ticket_id: int
    code: str
    city: str
    kind: Kind
    state: State
    agency: str | None
    """Id of an agency of the city."""
    refusal: Refusal | None
    created_at: datetime
    due_at: datetime | None
    """Spoken as a time to come only while the clock runs (:func:`ivr.model.clock.is_running`)."""
    overdue: bool


@dataclass(frozen=True, kw_only=True)
class WrongStatus:
    """No ticket has this code together with these digits; which of the two was wrong is not said."""


def find_status(
    session: Session, code: str, secret: str, source: str, now: datetime, *, pin_mac: Callable[[str, str], str]
) -> Status | WrongStatus | Locked:
    """The state behind ``code`` for who knows ``secret``: the contact number's last four digits, or the PIN.

    Needs a writing transaction: failures are counted for ``source`` (the caller's number, the web address) and for
    the code, by phone and web together.

    :param pin_mac: (ULID, PIN) → MAC under the instance's key, :func:`ivr.secrets.pin_mac`.
    """
    target = find_code(code) or "none"
    locked = attempts.check(session, LimitKind.LOOKUP, source=source, target=target, now=now)
    if locked is not None:
        return locked
    ticket = session.scalar(select(Ticket).where(Ticket.code == target))
    if ticket is None or not _proves(ticket, secret, pin_mac):
        attempts.failed(session, LimitKind.LOOKUP, source=source, target=target, now=now)
        return WrongStatus()
    attempts.succeeded(session, LimitKind.LOOKUP, source=source, target=target)
    return _status(ticket, now)


def _proves(ticket: Ticket, secret: str, pin_mac: Callable[[str, str], str]) -> bool:
    if not (len(secret) == 4 and secret.isascii() and secret.isdigit()):
        return False
    by_number = hmac.compare_digest(ticket.contact_last4 or "none", secret)
    by_pin = ticket.pin_mac is not None and hmac.compare_digest(ticket.pin_mac, pin_mac(ticket.ulid, secret))
    return by_number or by_pin


def _status(ticket: Ticket, now: datetime) -> Status:
    assert ticket.code is not None, "found by its code"  # noqa: S101
    return Status(
        ticket_id=ticket.id,
        code=ticket.code,
        city=ticket.city,
        kind=ticket.kind,
        state=ticket.state,
        agency=ticket.agency,
        refusal=ticket.refusal,
        created_at=ticket.created_at,
        due_at=ticket.due_at,
        overdue=is_overdue(ticket, now),
    )

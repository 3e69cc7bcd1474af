"""Every play and download is one access row: who, when, why; the audio's address carries a short-lived token."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.model import Person, Play, Ticket
from ivr.model.text import LEAST_REASON, clean
from ivr.services import rights, viewing
from ivr.services.errors import NotAllowed, NotFound, ReasonNeeded
from ivr.services.people import token_hash

LASTS = timedelta(hours=2)
"""How long a token serves Range requests: a long recording, paused and heard again."""


class Action(StrEnum):
    """What is done with the audio."""

    PLAY = "play"
    DOWNLOAD = "download"


def grant(
    session: Session,
    recording_id: str,
    person: Person,
    action: Action | str,
    reason: str,
    now: datetime,
    *,
    address: str = "",
) -> str:
    """Note the access and give the token for it. Whoever holds the ticket needs no reason: the work is the reason.

    :raises NotAllowed: a confidential ticket of others, or a role without the permission to listen or download.
    :raises ReasonNeeded: somebody else's ticket and no reason given.
    :raises NotFound: no such recording, or it was erased, or is outside the person's scope.
    """
    action = Action(action)
    recording, ticket = viewing.get_recording(session, recording_id, person)
    if recording.erased_at is not None:
        raise NotFound("recording", recording_id)
    if action is Action.DOWNLOAD and not rights.may_download(person, ticket):
        raise NotAllowed("Chỉ trưởng ca được tải bản ghi âm.", "Only supervisors may download recordings.")
    token = secrets.token_urlsafe(24)
    session.add(
        Play(
            recording_id=recording.id,
            person_id=person.id,
            action=action.value,
            reason=_reason(person, ticket, reason),
            at=now,
            token_sha256=token_hash(token),
            expires_at=now + LASTS,
            address=clean(address, 64),
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, now: datetime) -> Play | None:
    """The access a token stands for; None for none or an expired one."""
    return session.scalar(select(Play).where(Play.token_sha256 == token_hash(token), Play.expires_at > now))


def heard(session: Session, token: str, seconds: float) -> None:
    """How far the audio was fetched, in seconds from its beginning; it only grows."""
    hers = Play.token_sha256 == token_hash(token)
    session.execute(update(Play).where(hers, Play.seconds < seconds).values(seconds=seconds))


def find_all_of(session: Session, recording_id: str) -> list[Play]:
    """Who listened to a recording, newest first."""
    return list(session.scalars(select(Play).where(Play.recording_id == recording_id).order_by(Play.id.desc())))


def _reason(person: Person, ticket: Ticket | None, typed: str) -> str:
    reason = clean(typed, 500)
    if len(reason) >= LEAST_REASON:
        return reason
    if ticket is not None and rights.holds(person, ticket):
        return f"phiếu {ticket.code or ticket.id}"
    raise ReasonNeeded

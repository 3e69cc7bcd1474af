"""Every play and download is one access row: who, when, why; the audio's address carries a short-lived token."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

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
    lasting: timedelta = timedelta(0),
) -> str:
    """Note the access and give the token for it.

    Whoever holds the ticket listens without a reason: the work is the reason. Others type one, which serves for
    ``lasting``, for other recordings too. A copy leaves our hands: it is asked for with a reason each time.

    :raises NotAllowed: a confidential ticket of others, or a role without the permission to listen or download.
    :raises ReasonNeeded: a reason is needed, and none was given.
    :raises NotFound: no such recording, or it was erased, or is outside the person's scope.
    """
    action = Action(action)
    recording, ticket = viewing.get_recording(session, recording_id, person)
    if recording.erased_at is not None:
        raise NotFound("recording", recording_id)
    if action is Action.DOWNLOAD and not rights.may_download(person, ticket):
        raise NotAllowed("Chỉ trưởng ca được tải bản ghi âm.", "Only supervisors may download recordings.")
    why, reason_at = _reason(session, person, ticket, action, reason, now, lasting)
    token = secrets.token_urlsafe(24)
    session.add(
        Play(
            recording_id=recording.id,
            person_id=person.id,
            action=action.value,
            reason=why,
            reason_at=reason_at,
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


def find_standing_reason(
    session: Session, person: Person, now: datetime, lasting: timedelta
) -> tuple[str, datetime] | None:
    """The reason for listening that the person typed last and when, while it lasts."""
    typed = select(Play.reason, Play.reason_at).where(Play.person_id == person.id, Play.reason_at > now - lasting)
    found = session.execute(typed.order_by(Play.reason_at.desc(), Play.id.desc()).limit(1)).first()
    return None if found is None else (found.reason, found.reason_at)


def _reason(
    session: Session,
    person: Person,
    ticket: Ticket | None,
    action: Action,
    typed: str,
    now: datetime,
    lasting: timedelta,
) -> tuple[str, datetime | None]:
    """The reason that is kept, and the moment from which it serves for other recordings."""
    reason = clean(typed, 500)
    given = len(reason) >= LEAST_REASON
    match action:
        case Action.DOWNLOAD:
            if not given:
                raise ReasonNeeded("download")
            return reason, None
        case Action.PLAY:
            if given:
                return reason, now
            if ticket is not None and rights.holds(person, ticket):
                return f"phiếu {ticket.code or ticket.id}", None
            standing = find_standing_reason(session, person, now, lasting)
            if standing is None:
                raise ReasonNeeded
            return standing
        case other:
            assert_never(other)

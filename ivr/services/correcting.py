"""What a person writes over the recogniser's text, or where no text came: who and when stand beside it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.model import EventKind, Person, Recording, Ticket, TicketEvent, Transcript
from ivr.model.permissions import Permission
from ivr.model.recordings import SETTLED_BY_A_PERSON
from ivr.model.text import clean
from ivr.services import rights
from ivr.services.case_events import record
from ivr.services.errors import Confidential, EmptyText, NotFound, Stale
from ivr.services.intake import refresh_search_copy

UNHEARD = 0
"""The version of a text that is not there yet."""


def correct_transcript(
    session: Session, recording_id: str, text: str, person: Person, version: int, now: datetime
) -> Transcript:
    """Put a person's text over the recogniser's; the raw text stays. ``version`` is the transcript's.

    Where no text came the version is :data:`UNHEARD`, and the person's text stands alone. A recogniser that ends
    while they write is no colleague who was faster: what it heard stays beside (:mod:`ivr.services.transcripts`).

    :raises Stale, NotAllowed, NotFound, EmptyText: as their names say.
    """
    recording = session.get(Recording, recording_id, with_for_update=True)
    transcript = session.get(Transcript, recording_id, with_for_update=True)
    if recording is None or (transcript is None and version != UNHEARD):
        raise NotFound("transcript", recording_id)
    ticket = session.scalar(select(Ticket).where(Ticket.ulid == recording.ulid).with_for_update())
    _check_rights(person, ticket, recording_id)
    if transcript is not None:
        _check_version(session, transcript, person, version)
    corrected = clean(text, 20_000, lines=True)
    if not corrected:
        raise EmptyText
    if transcript is None:
        transcript = _without_a_machine(recording_id, now)
        session.add(transcript)
    before = transcript.text
    transcript.corrected_text = corrected
    transcript.corrected_by, transcript.corrected_at = person.id, now
    transcript.version += 1
    if ticket is not None:
        ticket.content = transcript.text
        ticket.flags = [flag for flag in ticket.flags if flag not in SETTLED_BY_A_PERSON]
        refresh_search_copy(ticket)
        event = TicketEvent(kind=EventKind.CORRECTED, text=transcript.text)
        record(session, ticket, person, event, {"before": before}, now, bump=False)
    session.flush()
    return transcript


def _check_rights(person: Person, ticket: Ticket | None, recording_id: str) -> None:
    if not rights.recording_in_scope(person, ticket):
        raise NotFound("transcript", recording_id)
    if ticket is not None and not rights.may_see(person, ticket):
        raise Confidential
    rights.require(person, Permission.CORRECT)
    if ticket is not None:
        rights.require_work(person, ticket)


def _check_version(session: Session, transcript: Transcript, person: Person, version: int) -> None:
    if transcript.version == version or (version == UNHEARD and transcript.corrected_text is None):
        return
    corrector = session.get(Person, transcript.corrected_by) if transcript.corrected_by else None
    own = corrector is not None and corrector.id == person.id
    raise Stale(who=corrector.name if corrector else "", at=transcript.corrected_at, own=own)


def _without_a_machine(recording_id: str, now: datetime) -> Transcript:
    """The row of a text that no recogniser has made; see :attr:`Transcript.is_heard`."""
    return Transcript(
        recording_id=recording_id,
        raw_text="",
        tidy_text="",
        words=[],
        confidence=0.0,
        model="",
        model_version="",
        starter=False,
        audio_seconds=0.0,
        decode_seconds=0.0,
        created_at=now,
        version=UNHEARD,
    )

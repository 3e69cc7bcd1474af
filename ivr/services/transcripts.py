"""What the recogniser heard is stored once, in the transaction that ends the work item; or why it heard nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.model import EventKind, Recording, RecordingFlag, Ticket, TicketEvent, Transcript
from ivr.model.recordings import SETTLED_BY_A_PERSON
from ivr.services import outbox
from ivr.services.errors import NotFound
from ivr.services.intake import refresh_search_copy


@dataclass(frozen=True, kw_only=True)
class HeardText:
    """A recogniser's result; ``words`` are ``{"text", "start", "end", "confidence"}``, seconds and 0–1."""

    raw_text: str
    tidy_text: str
    words: Sequence[Mapping[str, Any]]
    confidence: float
    model: str
    model_version: str
    starter: bool
    audio_seconds: float
    decode_seconds: float


def store_transcript(
    session: Session,
    recording_id: str,
    heard: HeardText,
    peaks: Sequence[int],
    flags: Sequence[RecordingFlag],
    now: datetime,
) -> None:
    """Store text, waveform and flags of a recording, and show them in its ticket.

    Raw text that stands is never changed: a second result for the same recording changes nothing. A text that a
    person wrote before any came stays in force, with what was heard beside it.
    """
    recording = session.get(Recording, recording_id, with_for_update=True)
    if recording is None:
        raise NotFound("recording", recording_id)
    written = session.get(Transcript, recording_id)
    if written is not None and written.is_heard:
        return
    if written is None:
        session.add(Transcript(recording_id=recording_id, **_values(heard, now)))
    else:
        for name, value in _values(heard, now).items():
            setattr(written, name, value)
    recording.peaks = list(peaks)
    recording.flags = _joined(recording.flags, flags)
    ticket = session.scalar(select(Ticket).where(Ticket.ulid == recording.ulid).with_for_update())
    if ticket is not None:
        _show(session, ticket, heard, flags, now, in_force=written is None)
    session.flush()


def give_up_transcript(session: Session, recording_id: str, reason: str, now: datetime) -> None:
    """No text will come: a page that waits for it must learn so, and why."""
    found = select(Ticket).join(Recording, Recording.ulid == Ticket.ulid).where(Recording.id == recording_id)
    ticket = session.scalar(found)
    if ticket is not None:
        session.add(TicketEvent(ticket_id=ticket.id, at=now, kind=EventKind.NOT_TRANSCRIBED, text=reason))
        outbox.announce(session, outbox.TICKET_CHANGED, ticket.ulid, {"id": ticket.id}, now=now)


def _values(heard: HeardText, now: datetime) -> dict[str, Any]:
    return {
        "raw_text": heard.raw_text,
        "tidy_text": heard.tidy_text,
        "words": [dict(word) for word in heard.words],
        "confidence": heard.confidence,
        "model": heard.model[:64],
        "model_version": heard.model_version[:64],
        "starter": heard.starter,
        "audio_seconds": heard.audio_seconds,
        "decode_seconds": heard.decode_seconds,
        "created_at": now,
    }


def _show(
    session: Session, ticket: Ticket, heard: HeardText, flags: Sequence[RecordingFlag], now: datetime, *, in_force: bool
) -> None:
    """:param in_force: False where a person's text stands: neither it nor what it settled is touched."""
    if in_force:
        ticket.content = heard.tidy_text
        refresh_search_copy(ticket)
    else:
        flags = [flag for flag in flags if flag not in SETTLED_BY_A_PERSON]
    ticket.flags = _joined(ticket.flags, flags)
    data = {"model": heard.model, "model_version": heard.model_version, "starter": heard.starter}
    session.add(TicketEvent(ticket_id=ticket.id, at=now, kind=EventKind.TRANSCRIBED, data=data))
    outbox.announce(session, outbox.TRANSCRIPT_READY, ticket.ulid, {"id": ticket.id}, now=now)


def _joined(known: Sequence[str], more: Sequence[RecordingFlag]) -> list[str]:
    return list(dict.fromkeys([*known, *(flag.value for flag in more)]))

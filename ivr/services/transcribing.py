"""The work item that asks for a recording's text: adding it, and letting it overtake others."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.jobs import queue
from ivr.model import Recording, WorkItem, WorkState

TRANSCRIBE = "transcribe"
"""Kind of the items whose subject is a recording's id."""


def request_transcript(session: Session, recording_id: str, now: datetime, *, urgent: bool) -> None:
    """Ask for the text of a new recording; that of an urgent report comes before all others."""
    queue.add(session, TRANSCRIBE, recording_id, now, urgency=queue.URGENT if urgent else queue.ROUTINE)


def find_text_work(session: Session, recording_id: str) -> WorkState | None:
    """Where the work on a recording's text stands; None where no such work is known (any more)."""
    item = select(WorkItem.state).where(WorkItem.kind == TRANSCRIBE, WorkItem.subject == recording_id)
    return session.scalar(item)


def hurry_transcript(session: Session, ulid: str) -> None:
    """A report (its ULID) became urgent: what is not heard of it yet comes before all others."""
    for recording_id in session.scalars(select(Recording.id).where(Recording.ulid == ulid)):
        queue.raise_urgency(session, TRANSCRIBE, recording_id)

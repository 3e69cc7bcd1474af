"""The outbox: every change a page shows is a row written in the same transaction (DESIGN §2 "Live")."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from ivr.model import Base, Outbox

TICKET_FILED = "ticket.filed"
TICKET_CHANGED = "ticket.changed"
TRANSCRIPT_READY = "transcript.ready"
CALL_STARTED = "call.started"
CALL_ENDED = "call.ended"
CALL_BACK_CHANGED = "call-back.changed"
TOPICS = (TICKET_FILED, TICKET_CHANGED, TRANSCRIPT_READY, CALL_STARTED, CALL_ENDED, CALL_BACK_CHANGED)
"""All of them: each page is given the list, and its regions listen to some as ``live:ticket-filed`` …"""

_ADD = insert(Base.metadata.tables[Outbox.__tablename__])
"""Prepared once and run beside the session's unit of work, which costs several times the insert."""


NEWEST = select(func.coalesce(func.max(Outbox.id), 0)).scalar_subquery()
"""The newest id, 0 where there is none: as part of another question."""


def announce(
    session: Session, topic: str, subject: str, data: Mapping[str, Any] | None = None, *, now: datetime
) -> None:
    """Queue a change for open pages; ``subject`` is the call's ULID, ``data`` names no person and no number."""
    row = {"at": now, "topic": topic, "subject": subject, "data": dict(data or {})}
    session.connection().execute(_ADD, row)


def read(session: Session, after: int, limit: int = 500) -> list[Outbox]:
    """Changes with an id above ``after``, oldest first.

    On PostgreSQL a smaller id may be committed later than a larger one: ask again for the last ten seconds.
    """
    return list(session.scalars(select(Outbox).where(Outbox.id > after).order_by(Outbox.id).limit(limit)))


def first(session: Session) -> int:
    """The oldest id that was not pruned yet; 0 where there is none."""
    return session.scalar(select(func.min(Outbox.id))) or 0


def last(session: Session) -> int:
    """The newest id; 0 where there is none."""
    return session.scalar(select(NEWEST)) or 0


def prune(session: Session, before: datetime) -> int:
    """Forget changes older than ``before``; returns how many. A hub that was away longer takes a snapshot."""
    gone = session.execute(delete(Outbox).where(Outbox.at < before).returning(Outbox.id))
    return len(gone.all())

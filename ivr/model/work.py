"""Work items claimed by lease, the schedules that make them, the outbox behind live pages, the counter of codes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, Integer, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.model.base import Base, Choice, Instant


class WorkState(StrEnum):
    """Where a work item stands."""

    WAITING = "waiting"  # free to be claimed from ``not_before`` on
    CLAIMED = "claimed"  # a worker holds it until ``until``
    DONE = "done"  # its effect is committed
    PARKED = "parked"  # failed as often as its kind may; ``error`` says why


class WorkItem(Base):
    """One thing to do off the call path; ``(kind, subject)`` is its natural key."""

    __tablename__ = "work_items"
    __table_args__ = (
        UniqueConstraint("kind", "subject"),
        # what is not done, for lists and figures; almost all rows are done
        Index(
            "ix_work_items_open",
            "kind",
            "state",
            "created_at",
            sqlite_where=text("state <> 'done'"),
            postgresql_where=text("state <> 'done'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64))
    """What it is about: the recording's id for ``transcribe``."""
    state: Mapped[WorkState] = mapped_column(Choice(WorkState, 8), default=WorkState.WAITING)
    urgency: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """Higher is claimed first; among equals the oldest."""
    owner: Mapped[str | None] = mapped_column(String(64))
    until: Mapped[datetime | None] = mapped_column(Instant)
    not_before: Mapped[datetime] = mapped_column(Instant)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


# What a worker may claim, in the order of claiming; done and parked items are not in it.
Index(
    "ix_work_items_next",
    WorkItem.urgency.desc(),
    WorkItem.id,
    sqlite_where=text("state IN ('waiting', 'claimed')"),
    postgresql_where=text("state IN ('waiting', 'claimed')"),
)


class ScheduleMark(Base):
    """How far a schedule's work has been made: every occurrence up to ``made_until`` has its work item."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    made_until: Mapped[datetime] = mapped_column(Instant)


class Outbox(Base):
    """One change a page shows, written in the same transaction; ids are the hub's ``Last-Event-ID``."""

    __tablename__ = "outbox"
    __table_args__ = ({"sqlite_autoincrement": True},)  # a pruned id never comes back: hubs ask for ``id > last``

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    topic: Mapped[str] = mapped_column(String(32))
    """``ticket.filed``, ``ticket.changed``, ``transcript.ready``, ``call.started``, ``call.ended`` …"""
    subject: Mapped[str] = mapped_column(String(64))
    """The call's or ticket's ULID."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class CodeCounter(Base):
    """The next free ticket number of a civil year (Asia/Ho_Chi_Minh); blocks of 500 are taken from it."""

    __tablename__ = "code_counters"

    year: Mapped[int] = mapped_column(primary_key=True)
    next: Mapped[int] = mapped_column(Integer)

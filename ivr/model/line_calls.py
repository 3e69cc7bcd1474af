"""Calls as Asterisk saw them: whoever dialled, how long they were in the menu, rang, talked; written by ``watch``.

A citizen's row in ``calls`` is what our menu knows; this is what the exchange knows, of calls that we made and of
colleagues' among themselves too. They meet in ``instance`` and ``linkedid``.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.callcentre.segments import Direction, SegmentKind
from ivr.callcentre.visits import Outcome
from ivr.model.base import Base, Choice, Instant

LONGEST_ID = 150
"""Characters of Asterisk's longest id of a channel."""
LONGEST_QUEUE = 80
"""Characters of Asterisk's longest name of a queue."""


class LineCall(Base):
    """One call: calls that Asterisk joined are one row."""

    __tablename__ = "line_calls"
    __table_args__ = (Index("ix_line_calls_live", "instance", "live"),)

    instance: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Name of the hotline whose Asterisk it was: ids of two may be the same."""
    linkedid: Mapped[str] = mapped_column(String(LONGEST_ID), primary_key=True)
    direction: Mapped[Direction] = mapped_column(Choice(Direction, 16))
    began_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the last citizen left."""
    live: Mapped[bool] = mapped_column(default=True)
    """Whether a channel of it lives: an operator's may end after the citizen's."""
    cut: Mapped[bool] = mapped_column(default=False)
    """Asterisk died in it: ended at the last event known."""
    events: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What it was made from (:mod:`ivr.callcentre.records`), in the order in which it came."""
    segments: Mapped[list["LineSegment"]] = relationship(
        order_by="LineSegment.seq", cascade="all, delete-orphan", passive_deletes=True
    )
    visits: Mapped[list["QueueVisit"]] = relationship(
        order_by="QueueVisit.seq", cascade="all, delete-orphan", passive_deletes=True
    )


class LineSegment(Base):
    """A stretch of a call that ended, or of one that goes on up to its last event."""

    __tablename__ = "line_segments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["instance", "linkedid"], ["line_calls.instance", "line_calls.linkedid"], ondelete="CASCADE"
        ),
    )

    instance: Mapped[str] = mapped_column(String(64), primary_key=True)
    linkedid: Mapped[str] = mapped_column(String(LONGEST_ID), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[SegmentKind] = mapped_column(Choice(SegmentKind, 16))
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant)
    phones: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The operators' telephones in it."""


class QueueVisit(Base):
    """A caller offered to a queue, however often it waited on there (:mod:`ivr.callcentre.visits`)."""

    __tablename__ = "queue_visits"
    __table_args__ = (
        ForeignKeyConstraint(
            ["instance", "linkedid"], ["line_calls.instance", "line_calls.linkedid"], ondelete="CASCADE"
        ),
        Index("ix_queue_visits_joined", "instance", "queue", "joined_at"),
    )

    instance: Mapped[str] = mapped_column(String(64), primary_key=True)
    linkedid: Mapped[str] = mapped_column(String(LONGEST_ID), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(String(LONGEST_QUEUE))
    joined_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[Outcome] = mapped_column(Choice(Outcome, 16))
    waited: Mapped[float]
    """Seconds, in all rounds together."""
    rounds: Mapped[int]
    """How often the caller joined: after the offer of another way who waits on joins again."""
    answered_by: Mapped[str] = mapped_column(String(LONGEST_ID), default="")
    """The telephone that took the call; empty where none did."""
    answered_at: Mapped[datetime | None] = mapped_column(Instant)

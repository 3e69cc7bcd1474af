"""Operators at work: what each does now and did before, and the acts that people ask of ``watch``, which does them.

One who has no row, or whose row says *signed out*, is not at work.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Double, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.callcentre.acts import Why
from ivr.callcentre.operators import OperatorState
from ivr.model.base import Base, Choice, Instant
from ivr.model.line_calls import LONGEST_ID
from ivr.model.people import Person

LONGEST_ACT = 36
"""Characters of the id of an act: a random one, made by the page that asks."""


class OperatorRow(Base):
    """What an operator does now, as ``watch`` last wrote it."""

    __tablename__ = "operators"

    instance: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[OperatorState] = mapped_column(Choice(OperatorState, 16))
    since: Mapped[datetime] = mapped_column(Instant)
    phone: Mapped[str] = mapped_column(String(128), default="")
    """Interface of the telephone; of who is signed out, that of last time."""
    linkedid: Mapped[str] = mapped_column(String(LONGEST_ID), default="")
    until: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(64), default="")
    """Of the pause."""
    allowed: Mapped[float | None] = mapped_column(Double)
    """Seconds that the pause may last."""
    next_reason: Mapped[str] = mapped_column(String(64), default="")
    """Of the pause asked for during a call."""
    next_allowed: Mapped[float | None] = mapped_column(Double)
    leaves: Mapped[bool] = mapped_column(default=False, server_default=false())
    missed: Mapped[int] = mapped_column(default=0, server_default="0")
    before: Mapped[OperatorState | None] = mapped_column(Choice(OperatorState, 16))
    legs: Mapped[list[str]] = mapped_column(JSON, default=list)
    """UNIQUEIDs of the telephone's channels: their names alone do not say whose all are."""
    person: Mapped[Person] = relationship()


class OperatorSpan(Base):
    """A stretch of an operator's work in one state: what figures of operators are made of."""

    __tablename__ = "operator_spans"
    __table_args__ = (Index("ix_operator_spans_began", "instance", "began_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    state: Mapped[OperatorState] = mapped_column(Choice(OperatorState, 16))
    reason: Mapped[str] = mapped_column(String(64), default="")
    phone: Mapped[str] = mapped_column(String(128), default="")
    linkedid: Mapped[str] = mapped_column(String(LONGEST_ID), default="")
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant)


class Wanted(StrEnum):
    """What is asked for."""

    SIGN_IN = "sign_in"
    READY = "ready"
    PAUSE = "pause"
    FINISH = "finish"  # the paper work is done
    SIGN_OUT = "sign_out"
    RING_AGAIN = "ring_again"  # the page of a telephone in the browser has lost its talk


class OperatorAct(Base):
    """An act that a person asked for; a second click on the same button is the same act."""

    __tablename__ = "operator_acts"
    __table_args__ = (
        Index(
            "ix_operator_acts_open",
            "instance",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(LONGEST_ACT), primary_key=True)
    instance: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    """Who asks."""
    operator_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    """Whose state it is: a supervisor's act is another's."""
    wanted: Mapped[Wanted] = mapped_column(Choice(Wanted, 16))
    phone: Mapped[str] = mapped_column(String(128), default="")
    reason: Mapped[str] = mapped_column(String(64), default="")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    refused: Mapped[Why | None] = mapped_column(Choice(Why, 16))
    """Why it was not done; None where it was."""

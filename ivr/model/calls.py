"""A call and the steps it took through the menu."""

import re
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.model.base import Base, Choice, Instant
from ivr.model.tickets import Consent

NO_ROOM = "no room"
"""Note of a step in which no recording was begun because the disk is full: nothing was said."""
NOT_KEPT = "what was said did not fit"
"""Note of a step in which the full disk took nothing of a take; reconciliation looks for it."""


_PROMISED = re.compile(r"wait of (\d+) min promised")


def promised(minutes: int) -> str:
    """Note of a step in which the caller heard how long the wait would be."""
    return f"wait of {minutes} min promised"


class EndReason(StrEnum):
    """How a call ended; every call ends in exactly one way (issue: reconciliation)."""

    COMPLETED = "completed"  # the flow reached its end and we said good-bye
    HUNG_UP = "hung_up"  # the caller left
    CONNECTED = "connected"  # a person took the call and it ended there
    FAILED = "failed"  # our server failed; the dialplan's fallback took over
    INTERRUPTED = "interrupted"  # Asterisk or our process died during the call; found by the sweep


class Call(Base):
    """One citizen's call, keyed by our own ULID (UNIQUEID restarts with Asterisk)."""

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_of_number", "caller_number", "started_at", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    instance: Mapped[str] = mapped_column(String(64), default="")
    """Name of the hotline that took it."""
    city: Mapped[str] = mapped_column(String(32))
    caller_raw: Mapped[str] = mapped_column(String(128), default="")
    """The number as the network gave it, control characters removed; never overwritten."""
    caller_number: Mapped[str | None] = mapped_column(String(32))
    """E.164 with plus sign; None for an anonymous caller."""
    caller_name: Mapped[str] = mapped_column(String(128), default="")
    called: Mapped[str] = mapped_column(String(64), default="")
    uniqueid: Mapped[str] = mapped_column(String(64), default="")
    linkedid: Mapped[str] = mapped_column(String(64), default="", index=True)
    started_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[EndReason | None] = mapped_column(Choice(EndReason, 16))
    language: Mapped[str] = mapped_column(String(2), default="vi")
    notice_version: Mapped[str] = mapped_column(String(32), default="")
    """Which wording of the notice about recording was in force."""
    notice_seconds: Mapped[float | None] = mapped_column(Float)
    """Seconds of it that were heard in the language of the call; None where that was not measured."""
    notice_heard: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    """… and in each language in which it was played."""
    consent: Mapped[Consent | None] = mapped_column(Choice(Consent, 8))
    """The answer about recording, for a call that made no report too; None where it was not asked for the call."""
    trial: Mapped[bool] = mapped_column(default=False)
    """Whether somebody only tried the hotline: in no figure."""
    steps: Mapped[list["CallStep"]] = relationship(back_populates="call", order_by="CallStep.seq")


class CallStep(Base):
    """One visit of one menu node: what was played, which key was pressed, when."""

    __tablename__ = "call_steps"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Instant)
    prompts: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Prompt ids really played, each written only after Asterisk's own reply, or when the caller hung up."""
    heard: Mapped[list[float]] = mapped_column(JSON, default=list)
    """Seconds of each of them that were heard; empty where version 0.1 wrote the step."""
    keys: Mapped[str] = mapped_column(String(64), default="")
    """Keys pressed; digits of phone numbers and PINs are replaced by ``•``."""
    note: Mapped[str] = mapped_column(Text, default="")
    call: Mapped[Call] = relationship(back_populates="steps")

    @property
    def promised_minutes(self) -> int | None:
        """Minutes that the caller heard a wait for a person would take."""
        found = _PROMISED.search(self.note)
        return int(found[1]) if found else None

"""Recordings, what was heard in them, who listened, and who looked at a number."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.model.base import Base, Choice, Instant
from ivr.model.people import Person
from ivr.model.report import PartKind


class RecordingFlag(StrEnum):
    """What is known to be wrong with a recording; shown beside the player."""

    INTERRUPTED = "interrupted"  # Asterisk or our server died while it was made; header repaired
    TRUNCATED = "truncated"  # shorter than the time it took: the disk was full, or the file of a part is gone
    GAPS = "gaps"  # shorter than the time it took: for some seconds the line sent nothing (hold, mute, lost packets)
    FALLBACK = "fallback"  # made by the dialplan alone, without our server
    CLIPPED = "clipped"  # over-driven
    SILENT = "silent"  # no speech found
    MACHINE = "machine"  # a machine in it: busy, ring-back, congestion, fax, hold, music
    DOUBTFUL = "doubtful"  # its text is: words repeat themselves, or the recogniser was not sure of most


SETTLED_BY_A_PERSON = frozenset({RecordingFlag.SILENT.value, RecordingFlag.DOUBTFUL.value})
"""What a recogniser says about its own text: it no longer holds once a person has written down what was said."""


class Recording(Base):
    """One take that was filed; ``key`` is relative to the recordings folder, never shown, never in a URL."""

    __tablename__ = "recordings"
    __table_args__ = (
        UniqueConstraint("ulid", "take", name="uq_recordings_call_id_take"),  # SQLite cannot rename it
        Index("ix_recordings_length", "seconds", "ulid"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    ulid: Mapped[str] = mapped_column(String(26))
    """The report's, as in its ticket; the ticket has the call it was made in."""
    take: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(128), unique=True)
    seconds: Mapped[float] = mapped_column(Float)
    """From the number of samples, never from the clock."""
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    peaks: Mapped[list[int] | None] = mapped_column(JSON)
    """About 800 values 0–100 for the waveform, computed once by the worker."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    transcript: Mapped["Transcript | None"] = relationship(back_populates="recording", uselist=False)


class ReportPart(Base):
    """One part of a report as it was filed (:class:`ivr.model.report.Part`), in the order in which it was spoken."""

    __tablename__ = "report_parts"
    __table_args__ = (UniqueConstraint("ulid", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ulid: Mapped[str] = mapped_column(String(26))
    """The report's, as in its ticket."""
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[PartKind] = mapped_column(Choice(PartKind, 8), default=PartKind.TAKE)
    leg: Mapped[str] = mapped_column(String(16), default="")
    offset_seconds: Mapped[float] = mapped_column(Float, default=0)
    """From the beginning of the conversation to the beginning of this part."""
    end_reason: Mapped[str | None] = mapped_column(String(16))
    """How it ended (:class:`ivr.phone.RecordEnd`); None where that is not known."""
    clock_seconds: Mapped[float | None] = mapped_column(Float)
    """How long the recorder ran by the clock; None where that was not measured."""
    sound_seconds: Mapped[float] = mapped_column(Float, default=0)
    """From the number of samples; less than ``clock_seconds`` where sound is missing."""
    recording_id: Mapped[str | None] = mapped_column(ForeignKey("recordings.id", ondelete="SET NULL"))
    """Where its sound is; None for a file, and for sound that was gone when the report was filed."""
    started_at: Mapped[datetime | None] = mapped_column(Instant)


class Transcript(Base):
    """What the recogniser heard: ``raw_text`` and ``words`` are never changed; corrections stand beside.

    A person may be earlier than the recogniser, or alone: then there is only their correction, and ``model`` is empty.
    """

    __tablename__ = "transcripts"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True)
    raw_text: Mapped[str] = mapped_column(Text)
    tidy_text: Mapped[str] = mapped_column(Text)
    words: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """``{"text", "start", "end", "confidence"}``, seconds and 0–1, in spoken order."""
    confidence: Mapped[float] = mapped_column(Float)
    model: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(64))
    starter: Mapped[bool] = mapped_column(default=False)
    """Made by the embedded starter model, which hears people badly: the console says so."""
    audio_seconds: Mapped[float] = mapped_column(Float)
    decode_seconds: Mapped[float] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(Instant)
    corrected_text: Mapped[str | None] = mapped_column(Text)
    corrected_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    corrected_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Optimistic lock: a correction names the version it was made on."""
    recording: Mapped[Recording] = relationship(back_populates="transcript")

    @property
    def is_heard(self) -> bool:
        """Whether a recogniser has been over the recording; it may have heard no words."""
        return bool(self.model)

    @property
    def text(self) -> str:
        """The text people read: corrected if somebody corrected it, else tidied."""
        return self.tidy_text if self.corrected_text is None else self.corrected_text


class Play(Base):
    """One access row per play or download: who, when, why; Range requests only update the seconds."""

    __tablename__ = "plays"
    __table_args__ = (Index("ix_plays_person_reason", "person_id", "reason_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    action: Mapped[str] = mapped_column(String(8))
    """``play`` or ``download``."""
    reason: Mapped[str] = mapped_column(Text)
    reason_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the person typed this reason for listening; it serves for a while. None: their own ticket, or a copy."""
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    seconds: Mapped[float] = mapped_column(Float, default=0)
    address: Mapped[str] = mapped_column(String(64), default="")
    recording: Mapped[Recording] = relationship()
    person: Mapped[Person] = relationship()


class Reveal(Base):
    """One look at a whole telephone number of somebody else's ticket or of a call: who, when, why."""

    __tablename__ = "reveals"
    __table_args__ = (Index("ix_reveals_ulid_person", "ulid", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ulid: Mapped[str] = mapped_column(String(26))
    """Of the ticket's report or of the call; a call's first report has the call's."""
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    address: Mapped[str] = mapped_column(String(64), default="")
    person: Mapped[Person] = relationship()

"""People of the desk, their sessions, and attempts that are limited."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Float, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.model.base import Base, Choice, Instant


class Role(StrEnum):
    """What a person is; what each may do, the table in ``permissions`` says."""

    OPERATOR = "operator"  # điện thoại viên: calls, tickets, recordings of own work
    SUPERVISOR = "supervisor"  # trưởng ca: every recording, corrections of others
    ADMIN = "admin"  # quản trị: people and settings
    TEAM_LEAD = "team_lead"  # trưởng nhóm: a supervisor's work, on the tickets of the own team
    AGENCY = "agency"  # cơ quan xử lý: reads and answers what was sent to the agency


OFFERED_ROLES = (Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN)
"""Roles that people are given; the scoped ones wait for the pages that say which team or agency."""


class Person(Base):
    """Someone who signs in."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(128))
    role: Mapped[Role] = mapped_column(Choice(Role, 16))
    team: Mapped[str | None] = mapped_column(String(64))
    """A free short name; who has none is in no team."""
    agency: Mapped[str | None] = mapped_column(String(64))
    """Id of an agency of the city, for who works there."""
    password_hash: Mapped[str] = mapped_column(String(256))
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The password was chosen by somebody else: nothing but changing it is possible after signing in."""
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(2), default="vi")
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    player_speed: Mapped[float] = mapped_column(Float, default=1.0, server_default="1")
    """How fast recordings are played: 1 is as they were spoken."""
    player_skips: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the player leaves silences out."""
    queues: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Names of the queues whose callers this person answers; None for all."""
    created_at: Mapped[datetime] = mapped_column(Instant)


class SignIn(Base):
    """One signed-in browser; the key is the SHA-256 of the random token in its cookie."""

    __tablename__ = "sign_ins"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    address: Mapped[str] = mapped_column(String(64), default="")
    person: Mapped[Person] = relationship()


class Attempt(Base):
    """One failed try at something limited (login, code look-up), per source and per target."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_kind_key_at", "kind", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """``login`` or ``lookup``."""
    key: Mapped[str] = mapped_column(String(128))
    """``source:…`` (caller number, address) or ``target:…`` (user name, ticket code)."""
    at: Mapped[datetime] = mapped_column(Instant)

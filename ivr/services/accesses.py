"""Who heard or copied which recording and looked at which number, and why: what supervisors look through."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Float, Select, String, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from ivr.model import Person, Play, Recording, Reveal, Ticket
from ivr.model.code import find_code
from ivr.model.permissions import Permission
from ivr.services import rights
from ivr.services.plays import Action

PAGE = 50
"""Rows of a page."""


class Access(StrEnum):
    """What somebody did."""

    PLAY = "play"
    DOWNLOAD = "download"
    NUMBER = "number"  # looked at a whole telephone number


class AccessLine(NamedTuple):
    """One access; ``seconds`` and ``length`` are of the recording, None for a number."""

    at: datetime
    access: str
    name: str
    reason: str
    seconds: float | None
    length: float | None
    ulid: str | None
    """The ticket's; None where there is none (any more), or where it was a call's number."""
    code: str | None
    city: str | None


@dataclass(frozen=True, kw_only=True)
class AccessFilter:
    """Which accesses; everything left out filters nothing. ``since`` ≤ moment < ``until``."""

    person_id: int | None = None
    access: Access | None = None
    code: str = ""
    """A ticket's code, however a person writes it."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AccessPage:
    """One page, newest first; ``number`` counts from 1."""

    rows: list[AccessLine]
    number: int
    has_more: bool


def find(session: Session, wanted: AccessFilter, *, viewer: Person, page: int = 1, size: int = PAGE) -> AccessPage:
    """The accesses to tickets ``viewer`` may see, newest first. Raises :class:`NotAllowed`."""
    rights.require(viewer, Permission.SEE_LISTENERS)
    each = [rows.where(*_conditions(wanted, table, viewer)) for rows, table in _sources(wanted)]
    joined = union_all(*each).subquery()
    ordered = select(joined).order_by(joined.c.at.desc(), joined.c.reason)
    found = session.execute(ordered.limit(size + 1).offset((page - 1) * size)).all()
    rows = [AccessLine(*row) for row in found[:size]]
    return AccessPage(rows=rows, number=page, has_more=len(found) > size)


def _sources(wanted: AccessFilter) -> list[tuple[Select[*tuple[Any, ...]], type[Play] | type[Reveal]]]:
    """What is looked through: plays and copies, looks at numbers, or both."""
    sources: list[tuple[Select[*tuple[Any, ...]], type[Play] | type[Reveal]]] = []
    if wanted.access is not Access.NUMBER:
        heard = _plays()
        if wanted.access is not None:
            heard = heard.where(Play.action == Action(wanted.access.value).value)
        sources.append((heard, Play))
    if wanted.access in {None, Access.NUMBER}:
        sources.append((_reveals(), Reveal))
    return sources


def _plays() -> Select[*tuple[Any, ...]]:
    rows = select(
        Play.at,
        Play.action.label("access"),
        Person.name,
        Play.reason,
        Play.seconds,
        Recording.seconds.label("length"),
        Ticket.ulid,
        Ticket.code,
        Ticket.city,
    )
    by = rows.join(Person, Person.id == Play.person_id).join(Recording, Recording.id == Play.recording_id)
    return by.outerjoin(Ticket, Ticket.ulid == Recording.ulid)


def _reveals() -> Select[*tuple[Any, ...]]:
    nothing = cast(null(), Float())
    rows = select(
        Reveal.at,
        literal(Access.NUMBER.value, String(8)).label("access"),
        Person.name,
        Reveal.reason,
        nothing.label("seconds"),
        nothing.label("length"),
        Ticket.ulid,
        Ticket.code,
        Ticket.city,
    )
    by = rows.select_from(Reveal).join(Person, Person.id == Reveal.person_id)
    return by.outerjoin(Ticket, Ticket.ulid == Reveal.ulid)


def _conditions(wanted: AccessFilter, table: type[Play] | type[Reveal], viewer: Person) -> list[ColumnElement[bool]]:
    conditions = rights.visible(viewer)
    if conditions:  # who does not see everything sees nothing of a ticket that is lost
        conditions = [Ticket.id.is_not(None), *conditions]
    if wanted.person_id is not None:
        conditions.append(table.person_id == wanted.person_id)
    if wanted.code.strip():
        conditions.append(Ticket.code == (find_code(wanted.code) or ""))
    if wanted.since is not None:
        conditions.append(table.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(table.at < wanted.until)
    return conditions

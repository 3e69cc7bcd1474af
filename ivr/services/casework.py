"""What people do with a ticket: move it by the table of moves, note, change. Every act is an event.

Each verb names the version of what the person saw; a newer one is :class:`Stale`, and nothing is overwritten.
"""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from ivr.model import (
    CLOSED,
    EventKind,
    Kind,
    Person,
    Refusal,
    State,
    Ticket,
    TicketEvent,
)
from ivr.model.clock import Clock, clock_of
from ivr.model.moves import ACCEPTED_BY_TAKING, Move, Need, find_move
from ivr.model.permissions import Permission
from ivr.model.text import LEAST_REASON, clean
from ivr.services import rights
from ivr.services.case_events import apply, get_for_change, get_visible, record
from ivr.services.errors import MoveRefused, NotAllowed, NotFound
from ivr.services.transcribing import hurry_transcript
from ivr.words import tr


class Keep(Enum):
    """Stands for a value that is not to be changed, where None is a value."""

    UNSET = "keep"


UNSET = Keep.UNSET

_MISSING = {
    Need.REFUSAL: ("Cần chọn lý do không tiếp nhận.", "Choose why it is not taken on."),
    Need.DUPLICATE: ("Cần nêu phiếu đã có.", "Name the ticket that stands already."),
    Need.AGENCY: ("Xin chọn cơ quan xử lý.", "Choose the agency."),
    Need.REASON: ("Xin ghi lý do.", "Give the reason."),
}
"""What is asked of somebody who left it out."""


def move(
    session: Session,
    ticket_id: int,
    to: State,
    person: Person,
    reason: str,
    version: int,
    now: datetime,
    *,
    refusal: Refusal | None = None,
    duplicate_of: int | None = None,
    agency: str | None = None,
) -> Ticket:
    """Move a ticket to another state; the only writer of ``Ticket.state``.

    What a move needs, the table of moves says (:mod:`ivr.model.moves`); what it does not need is left aside.

    :param refusal: the reason; the citizen hears it.
    :param duplicate_of: the other ticket's id.
    :param agency: who is to work on it; left out, the agency it has keeps it. Whether there is such an agency is for
        the caller: they are a city's data.
    :raises MoveRefused: the table of moves has no such step, or the step lacks what it needs.
    :raises Stale, NotAllowed, NotFound: as their names say.
    """
    ticket = get_for_change(session, ticket_id, person, version)
    rights.require(person, Permission.MOVE)
    reason = clean(reason, 2000, lines=True)
    rights.require_work(person, ticket)
    step = get_move(ticket.state, to)
    _check_publication(ticket, step, person)
    _check_needs(session, ticket, step, person, reason, refusal, duplicate_of, agency)
    if Need.AGENCY in step.needs and agency not in {None, ticket.agency}:
        apply(session, ticket, person, {"agency": agency}, "", now)
    refusal = refusal if Need.REFUSAL in step.needs else None
    duplicate_of = duplicate_of if Need.DUPLICATE in step.needs else None
    return _set_state(session, ticket, to, person, reason, now, refusal=refusal, duplicate_of=duplicate_of)


def _set_state(
    session: Session,
    ticket: Ticket,
    to: State,
    person: Person,
    reason: str,
    now: datetime,
    *,
    refusal: Refusal | None = None,
    duplicate_of: int | None = None,
) -> Ticket:
    """Write a move that was checked, with what follows from it."""
    before = ticket.state
    ticket.state, ticket.refusal, ticket.duplicate_of = to, refusal, duplicate_of
    ticket.closed_at = (ticket.closed_at or now) if to in CLOSED else None
    ticket.resolved_at = (ticket.resolved_at or now) if clock_of(to) is Clock.STOPPED else None
    data: dict[str, Any] = {}
    if refusal is not None:
        data["refusal"] = refusal.value
    if duplicate_of is not None:
        data["duplicate_of"] = duplicate_of
    event = TicketEvent(kind=EventKind.MOVED, from_state=before, to_state=to, text=reason)
    return record(session, ticket, person, event, data, now)


def take(session: Session, ticket_id: int, person: Person, version: int, now: datetime) -> Ticket:
    """Become the one who works on it; a new or reopened ticket is accepted by that.

    :raises Stale, NotAllowed, NotFound: as their names say.
    """
    rights.require(person, Permission.TAKE)
    ticket = change(session, ticket_id, person, version, now, assignee=person.id)
    if ticket.state in ACCEPTED_BY_TAKING:
        _set_state(session, ticket, State.DA_TIEP_NHAN, person, "", now)
    return ticket


def note(session: Session, ticket_id: int, text: str, person: Person, now: datetime) -> Ticket:
    """Add a note; it changes nothing else, so it needs no version and never collides."""
    ticket = get_visible(session, ticket_id, person)
    rights.require(person, Permission.NOTE)
    event = TicketEvent(kind=EventKind.NOTE, text=clean(text, 10_000, lines=True))
    return record(session, ticket, person, event, {}, now, bump=False)


def change(
    session: Session,
    ticket_id: int,
    person: Person,
    version: int,
    now: datetime,
    *,
    reason: str = "",
    category: str | Keep | None = UNSET,
    kind: Kind | Keep = UNSET,
    urgent: bool | Keep = UNSET,
    assignee: int | Keep | None = UNSET,
    agency: str | Keep | None = UNSET,
    due_at: datetime | Keep | None = UNSET,
    confidential: bool | Keep = UNSET,
) -> Ticket:
    """Change what a ticket is about or who works on it; only what differs is an event, nothing is none.

    Whether a category or agency exists, and the due time that follows, is for the caller: they are a city's data.

    :raises Stale, NotAllowed, NotFound: as their names say.
    """
    ticket = get_for_change(session, ticket_id, person, version, own_pass=True)
    wanted: dict[str, Any] = {
        "category": category,
        "kind": kind,
        "urgent": urgent,
        "assignee_id": assignee,
        "agency": agency,
        "due_at": due_at,
        "confidential": confidential,
    }
    differs = {name: new for name, new in wanted.items() if new is not UNSET and new != getattr(ticket, name)}
    if not differs:
        return ticket
    _check_change(session, ticket, person, differs)
    if differs.get("urgent"):
        hurry_transcript(session, ticket.ulid)
    return apply(session, ticket, person, differs, reason, now)


def get_move(before: State, to: State) -> Move:
    """The step between two states; raises :class:`MoveRefused` where the table has none."""
    step = find_move(before, to)
    if step is None:
        raise MoveRefused(before=before, to=to)
    return step


def _check_publication(ticket: Ticket, step: Move, person: Person) -> None:
    """An answer is published by who may, and never against the citizen."""
    if step.to is not State.CONG_KHAI:
        return
    rights.require(person, Permission.PUBLISH)
    if not rights.agreed_to_publication(ticket):
        why = (
            "Người dân không đồng ý công khai, hoặc phiếu là mật.",
            "The citizen did not agree to publication, or the ticket is confidential.",
        )
        raise MoveRefused(before=ticket.state, to=step.to, why=tr(*why))


def _check_needs(
    session: Session,
    ticket: Ticket,
    step: Move,
    person: Person,
    reason: str,
    refusal: Refusal | None,
    duplicate_of: int | None,
    agency: str | None,
) -> None:
    given = {
        Need.REFUSAL: refusal is not None,
        Need.DUPLICATE: duplicate_of is not None and _may_stand_for(session, ticket, person, duplicate_of),
        Need.AGENCY: bool(agency or ticket.agency),
        Need.REASON: len(reason) >= LEAST_REASON,
    }
    for need, is_given in given.items():
        if need in step.needs and not is_given:
            raise MoveRefused(before=ticket.state, to=step.to, why=tr(*_MISSING[need]))


def _may_stand_for(session: Session, ticket: Ticket, person: Person, duplicate_of: int) -> bool:
    """Whether the other ticket exists in the person's scope, is another one, and does not point back here."""
    other = session.get(Ticket, duplicate_of)
    known = other is not None and rights.in_scope(person, other)
    return other is not None and known and other.id != ticket.id and other.duplicate_of != ticket.id


def _check_change(session: Session, ticket: Ticket, person: Person, differs: dict[str, Any]) -> None:
    if differs.keys() - {"assignee_id", "confidential"}:
        rights.require(person, Permission.CHANGE)
        rights.require_work(person, ticket)
    if "assignee_id" in differs and not rights.may(person, Permission.ASSIGN):
        rights.require(person, Permission.TAKE)
        others = {ticket.assignee_id, differs["assignee_id"]} - {None, person.id}
        if others:
            raise NotAllowed(
                "Chỉ trưởng ca được giao phiếu cho người khác.", "Only supervisors assign other people's tickets."
            )
    if "confidential" in differs and not rights.may(person, Permission.SET_CONFIDENTIAL):
        raise NotAllowed("Chỉ trưởng ca được đổi chế độ mật.", "Only supervisors change what is confidential.")
    assignee = differs.get("assignee_id")
    if assignee is not None:
        found = session.get(Person, assignee)
        if found is None or not found.active:
            raise NotFound("person", assignee)

"""What people do with a ticket: move it by the table of moves, note, change, correct the text. Every act is an event.

Each verb names the version of what the person saw; a newer one is :class:`Stale`, and nothing is overwritten.
"""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.model import (
    CLOSED,
    MOVES,
    EventKind,
    Kind,
    Person,
    Recording,
    Refusal,
    Role,
    State,
    Ticket,
    TicketEvent,
    Transcript,
)
from ivr.model.text import clean
from ivr.services import outbox, rights
from ivr.services.errors import MoveRefused, NotAllowed, NotFound, Stale
from ivr.services.intake import refresh_search_copy
from ivr.services.transcribing import hurry_transcript
from ivr.words import tr


class Keep(Enum):
    """Stands for a value that is not to be changed, where None is a value."""

    UNSET = "keep"


UNSET = Keep.UNSET


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
) -> Ticket:
    """Move a ticket to another state; the only writer of ``Ticket.state``.

    :param refusal: needed for ``tu_choi``; the citizen is told.
    :param duplicate_of: the other ticket's id, needed for ``trung``.
    :raises MoveRefused: the table of moves has no such step, or the step lacks what it needs.
    :raises Stale, NotAllowed, NotFound: as their names say.
    """
    ticket = _get_for_change(session, ticket_id, person, version)
    _check_move(session, ticket, to, refusal, duplicate_of)
    before = ticket.state
    ticket.state = to
    ticket.refusal = refusal if to is State.TU_CHOI else None
    ticket.duplicate_of = duplicate_of if to is State.TRUNG else None
    ticket.closed_at = (ticket.closed_at or now) if to in CLOSED else None
    data: dict[str, Any] = {}
    if refusal is not None and to is State.TU_CHOI:
        data["refusal"] = refusal.value
    if duplicate_of is not None and to is State.TRUNG:
        data["duplicate_of"] = duplicate_of
    event = TicketEvent(kind=EventKind.MOVED, from_state=before, to_state=to, text=clean(reason, 2000, lines=True))
    return _record(session, ticket, person, event, data, now)


def note(session: Session, ticket_id: int, text: str, person: Person, now: datetime) -> Ticket:
    """Add a note; it changes nothing else, so it needs no version and never collides."""
    ticket = _get_visible(session, ticket_id, person)
    event = TicketEvent(kind=EventKind.NOTE, text=clean(text, 10_000, lines=True))
    return _record(session, ticket, person, event, {}, now, bump=False)


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
    ticket = _get_for_change(session, ticket_id, person, version)
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
    data = {name: [_plain(getattr(ticket, name)), _plain(new)] for name, new in differs.items()}
    for name, new in differs.items():
        setattr(ticket, name, new)
    if differs.get("urgent"):
        hurry_transcript(session, ticket.ulid)
    event = TicketEvent(kind=EventKind.CHANGED, text=clean(reason, 2000, lines=True))
    return _record(session, ticket, person, event, data, now)


def correct_transcript(
    session: Session, recording_id: str, text: str, person: Person, version: int, now: datetime
) -> Transcript:
    """Put a person's text over the recogniser's; the raw text stays. ``version`` is the transcript's.

    :raises Stale, NotAllowed, NotFound: as their names say.
    """
    recording = session.get(Recording, recording_id)
    transcript = session.get(Transcript, recording_id, with_for_update=True)
    if recording is None or transcript is None:
        raise NotFound("transcript", recording_id)
    ticket = session.scalar(select(Ticket).where(Ticket.ulid == recording.ulid).with_for_update())
    if ticket is not None and not rights.may_see(person, ticket):
        raise _confidential()
    if transcript.version != version:
        corrector = session.get(Person, transcript.corrected_by) if transcript.corrected_by else None
        raise Stale(who=corrector.name if corrector else "", at=transcript.corrected_at)
    before = transcript.text
    transcript.corrected_text = clean(text, 20_000, lines=True)
    transcript.corrected_by, transcript.corrected_at = person.id, now
    transcript.version += 1
    if ticket is not None:
        ticket.content = transcript.text
        refresh_search_copy(ticket)
        event = TicketEvent(kind=EventKind.CORRECTED, text=transcript.text)
        _record(session, ticket, person, event, {"before": before}, now, bump=False)
    session.flush()
    return transcript


def possible_moves(ticket: Ticket) -> list[State]:
    """Where the ticket may go from here, in the order of the states."""
    return [state for state in State if state in MOVES[ticket.state]]


def _get_visible(session: Session, ticket_id: int, person: Person) -> Ticket:
    ticket = session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None:
        raise NotFound("ticket", ticket_id)
    if not rights.may_see(person, ticket):
        raise _confidential()
    return ticket


def _get_for_change(session: Session, ticket_id: int, person: Person, version: int) -> Ticket:
    ticket = _get_visible(session, ticket_id, person)
    if ticket.version != version:
        changes = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.person_id.is_not(None))
        by_people = changes.where(TicketEvent.kind.in_((EventKind.MOVED, EventKind.CHANGED)))
        newest = session.scalar(by_people.order_by(TicketEvent.id.desc()).limit(1))
        raise Stale(
            who=newest.person.name if newest and newest.person else "",
            at=newest.at if newest else None,
        )
    return ticket


def _check_move(session: Session, ticket: Ticket, to: State, refusal: Refusal | None, duplicate_of: int | None) -> None:
    if to not in MOVES[ticket.state]:
        raise MoveRefused(before=ticket.state, to=to)
    if to is State.TU_CHOI and refusal is None:
        why = tr("Cần chọn lý do không tiếp nhận.", "Choose why it is not taken on.")
        raise MoveRefused(before=ticket.state, to=to, why=why)
    if to is State.TRUNG:
        other = session.get(Ticket, duplicate_of) if duplicate_of is not None else None
        if other is None or other.id == ticket.id or other.duplicate_of == ticket.id:
            why = tr("Cần nêu phiếu đã có.", "Name the ticket that stands already.")
            raise MoveRefused(before=ticket.state, to=to, why=why)


def _check_change(session: Session, ticket: Ticket, person: Person, differs: dict[str, Any]) -> None:
    supervisor = rights.at_least(person, Role.SUPERVISOR)
    if "assignee_id" in differs and not supervisor:
        others = {ticket.assignee_id, differs["assignee_id"]} - {None, person.id}
        if others:
            raise NotAllowed(
                "Chỉ trưởng ca được giao phiếu cho người khác.", "Only supervisors assign other people's tickets."
            )
    if "confidential" in differs and not supervisor:
        raise NotAllowed("Chỉ trưởng ca được đổi chế độ mật.", "Only supervisors change what is confidential.")
    assignee = differs.get("assignee_id")
    if assignee is not None:
        found = session.get(Person, assignee)
        if found is None or not found.active:
            raise NotFound("person", assignee)


def _record(
    session: Session,
    ticket: Ticket,
    person: Person,
    event: TicketEvent,
    data: dict[str, Any],
    now: datetime,
    *,
    bump: bool = True,
) -> Ticket:
    event.ticket_id, event.person_id, event.at, event.data = ticket.id, person.id, now, data
    session.add(event)
    if bump:
        ticket.version += 1
    told = {"id": ticket.id, "state": ticket.state.value, "event": event.kind.value}
    outbox.announce(session, outbox.TICKET_CHANGED, ticket.ulid, told, now=now)
    session.flush()
    return ticket


def _confidential() -> NotAllowed:
    return NotAllowed(
        "Phản ánh này là mật: chỉ trưởng ca và người phụ trách được xem.",
        "This report is confidential: only supervisors and whoever holds it may see it.",
    )


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case _:
            return value

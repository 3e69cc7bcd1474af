"""What arrives from the phone becomes rows: reports, calls, codes. Everything here may be repeated safely."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr import jobs
from ivr.desk import outbox
from ivr.desk.calls import record_call
from ivr.desk.errors import CodesExhausted, NotFound
from ivr.model import (
    Call,
    CodeCounter,
    ContactKind,
    EventKind,
    Recording,
    Ticket,
    TicketEvent,
)
from ivr.model.code import MOST
from ivr.model.numbers import last_four
from ivr.model.text import clean, fold
from ivr.recordings import FiledAudio
from ivr.spool import Sidecar
from ivr.store import insert_missing

__all__ = [
    "CODE_TAKEN",
    "Filed",
    "file_report",
    "give_late_code",
    "lease_codes",
    "record_call",
    "refresh_search_copy",
    "tickets_without_code",
]

CODE_TAKEN = "code_taken"
"""Flag of a ticket whose code another ticket already had (a copied home): it gets a late code of its own."""


@dataclass(frozen=True, kw_only=True)
class Filed:
    """The ticket a report became, and whether this call made it."""

    ticket_id: int
    created: bool


def file_report(
    session: Session, sidecar: Sidecar, audio: FiledAudio | None, now: datetime, due_at: datetime | None = None
) -> Filed:
    """Make the ticket of a report, or bring it to a newer version of its sidecar; idempotent on ``sidecar.ulid``.

    An older or equal version changes nothing. ``due_at`` is the caller's: deadlines are a city's data.
    """
    ticket = _find(session, sidecar.ulid)
    created = ticket is None and insert_missing(session, Ticket, _ticket_values(session, sidecar, now, due_at))
    if ticket is None:
        ticket = _find(session, sidecar.ulid)
    if ticket is None:  # only a race for the same code leads here; the sweep comes again
        raise NotFound("ticket", sidecar.ulid)
    if audio is not None:
        _add_recording(session, ticket, sidecar, audio, now)
    if created:
        insert_missing(session, Call, _call_values(sidecar))
        flags = {"version": sidecar.version, "flags": list(ticket.flags)}
        session.add(TicketEvent(ticket_id=ticket.id, at=now, kind=EventKind.FILED, data=flags))
        _announce(session, outbox.TICKET_FILED, ticket, now)
    elif sidecar.version > ticket.sidecar_version:
        _update(session, ticket, sidecar, now)
    session.flush()
    return Filed(ticket_id=ticket.id, created=created)


def lease_codes(session: Session, year: int, size: int = 500) -> range:
    """Running numbers that nobody else gets, fewer than ``size`` at the end of the year's supply.

    :raises CodesExhausted: none is left.
    """
    insert_missing(session, CodeCounter, {"year": year, "next": 1})
    take = update(CodeCounter).where(CodeCounter.year == year).values(next=CodeCounter.next + size)
    after = session.execute(take.returning(CodeCounter.next)).scalar_one()
    numbers = range(after - size, min(after, MOST + 1))
    if not numbers:
        raise CodesExhausted(year)
    return numbers


def tickets_without_code(session: Session, limit: int = 100) -> list[Ticket]:
    """Tickets that wait for a late code, oldest first."""
    return list(session.scalars(select(Ticket).where(Ticket.code.is_(None)).order_by(Ticket.id).limit(limit)))


def give_late_code(session: Session, ticket_id: int, code: str, now: datetime) -> bool:
    """Give a ticket the code it could not get during its call; a ticket that has one keeps it (False)."""
    ticket = session.get(Ticket, ticket_id, with_for_update=True)
    if ticket is None:
        raise NotFound("ticket", ticket_id)
    if ticket.code is not None:
        return False
    ticket.code = code
    refresh_search_copy(ticket)
    session.add(TicketEvent(ticket_id=ticket.id, at=now, kind=EventKind.CODED, data={"code": code}))
    _announce(session, outbox.TICKET_CHANGED, ticket, now)
    session.flush()
    return True


def refresh_search_copy(ticket: Ticket) -> None:
    """Search finds a ticket by its code and by its text."""
    ticket.folded = fold(f"{ticket.code or ''} {ticket.content}")


def _find(session: Session, ulid: str) -> Ticket | None:
    return session.scalar(select(Ticket).where(Ticket.ulid == ulid).with_for_update())


def _ticket_values(session: Session, sidecar: Sidecar, now: datetime, due_at: datetime | None) -> dict[str, Any]:
    code, flags = _own_code(session, sidecar)
    return {
        "ulid": sidecar.ulid,
        "code": code,
        "folded": code or "",
        "city": sidecar.city,
        "kind": sidecar.kind,
        "category": sidecar.category,
        "urgent": sidecar.urgent,
        "confidential": sidecar.confidential,
        "flags": flags,
        "language": sidecar.language,
        **_answers(sidecar),
        "consent": sidecar.consent,
        "consent_key": sidecar.consent_key,
        "consent_at": sidecar.consent_at,
        "notice_version": sidecar.notice_version,
        "due_at": due_at,
        "created_at": sidecar.spoken_at,
        "filed_at": now,
        "sidecar_version": sidecar.version,
    }


def _answers(sidecar: Sidecar) -> dict[str, Any]:
    """What the caller may still answer after the report was filed."""
    number = sidecar.contact_number
    if sidecar.contact_kind is ContactKind.CALLER and number is None:
        number = sidecar.caller_number
    # Who left before the question never gave a number away, yet can prove the call by the one it came from.
    proof = sidecar.caller_number if sidecar.contact_kind is ContactKind.UNASKED else number
    return {
        "contact_kind": sidecar.contact_kind,
        "contact_number": number,
        "contact_last4": last_four(proof),
        "pin_mac": sidecar.pin_mac,
        "publish": sidecar.publish,
        "publish_at": sidecar.publish_at,
    }


def _own_code(session: Session, sidecar: Sidecar) -> tuple[str | None, list[str]]:
    """The sidecar's code unless another ticket has it: a report is never lost for its code."""
    flags = list(dict.fromkeys(str(flag) for flag in sidecar.flags))
    if sidecar.code is None:
        return None, flags
    holder = session.scalar(select(Ticket.ulid).where(Ticket.code == sidecar.code, Ticket.ulid != sidecar.ulid))
    return (sidecar.code, flags) if holder is None else (None, [*flags, CODE_TAKEN])


def _add_recording(session: Session, ticket: Ticket, sidecar: Sidecar, audio: FiledAudio, now: datetime) -> None:
    """One recording a report, under the call's ULID; its flags also stand on the ticket."""
    added = insert_missing(
        session,
        Recording,
        {
            "id": sidecar.ulid,
            "call_id": sidecar.ulid,
            "take": sidecar.kept.number if sidecar.kept else 1,
            "key": audio.key,
            "seconds": audio.seconds,
            "size": audio.size,
            "sha256": audio.sha256,
            "flags": [str(flag) for flag in audio.flags],
            "created_at": sidecar.spoken_at,
        },
    )
    if added:
        ticket.flags = list(dict.fromkeys([*ticket.flags, *(str(flag) for flag in audio.flags)]))
        jobs.add(session, jobs.TRANSCRIBE, sidecar.ulid, now)


def _update(session: Session, ticket: Ticket, sidecar: Sidecar, now: datetime) -> None:
    answers = _answers(sidecar)
    if ticket.code is None:
        answers["code"], flags = _own_code(session, sidecar)
    else:
        flags = [str(flag) for flag in sidecar.flags]
    answers["flags"] = list(dict.fromkeys([*ticket.flags, *flags]))
    changed = sorted(name for name, value in answers.items() if getattr(ticket, name) != value)
    for name in changed:
        setattr(ticket, name, answers[name])
    ticket.sidecar_version = sidecar.version
    if changed:
        refresh_search_copy(ticket)
        data = {"version": sidecar.version, "changed": changed}
        session.add(TicketEvent(ticket_id=ticket.id, at=now, kind=EventKind.UPDATED, data=data))
        _announce(session, outbox.TICKET_CHANGED, ticket, now)


def _call_values(sidecar: Sidecar) -> dict[str, Any]:
    """The call as its report knows it: it stands even if the call's journal is lost."""
    return {
        "id": sidecar.ulid,
        "city": sidecar.city,
        "caller_raw": clean(sidecar.caller_raw, 128),
        "caller_number": sidecar.caller_number,
        "caller_name": clean(sidecar.caller_name, 128),
        "called": clean(sidecar.called, 64),
        "uniqueid": clean(sidecar.uniqueid, 64),
        "linkedid": clean(sidecar.linkedid, 64),
        "started_at": sidecar.started_at,
        "language": sidecar.language,
    }


def _announce(session: Session, topic: str, ticket: Ticket, now: datetime) -> None:
    outbox.announce(session, topic, ticket.ulid, {"id": ticket.id, "state": ticket.state.value}, now=now)

"""What arrives from the phone becomes rows: reports, calls, codes. Everything here may be repeated safely.

What every report goes through are statements prepared once, run beside the session's unit of work: that costs several
times as much as the statements.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Update, bindparam, insert, select, update
from sqlalchemy.orm import Session

from ivr.model import (
    Base,
    Call,
    CodeCounter,
    ContactKind,
    EventKind,
    Recording,
    State,
    Ticket,
    TicketEvent,
)
from ivr.model.code import MOST
from ivr.model.numbers import last_four
from ivr.model.text import clean, fold
from ivr.recordings import FiledAudio
from ivr.services import outbox
from ivr.services.calls import record_call
from ivr.services.errors import CodesExhausted, NotFound
from ivr.services.transcribing import request_transcript
from ivr.spool import Sidecar
from ivr.store import insert_missing, insert_new

__all__ = [
    "CODE_TAKEN",
    "Filed",
    "file_report",
    "give_late_code",
    "lease_codes",
    "record_call",
    "refresh_search_copy",
    "tickets_without_code",
    "update_report",
]

CODE_TAKEN = "code_taken"
"""Flag of a ticket whose code another ticket already had (a copied home): it gets a late code of its own."""


_TICKETS = Base.metadata.tables[Ticket.__tablename__]
_STANDING = (
    "id",
    "state",
    "content",
    "code",
    "flags",
    "sidecar_version",
    "contact_kind",
    "contact_number",
    "contact_last4",
    "pin_mac",
    "publish",
    "publish_at",
)
_FIND = select(*(_TICKETS.c[name] for name in _STANDING)).where(_TICKETS.c.ulid == bindparam("of")).with_for_update()
_ADD_EVENT = insert(Base.metadata.tables[TicketEvent.__tablename__])


@dataclass(frozen=True, kw_only=True)
class Filed:
    """The ticket a report became, and whether this call made it."""

    ticket_id: int
    created: bool


def file_report(
    session: Session, sidecar: Sidecar, audio: FiledAudio | None, now: datetime, due_at: datetime | None = None
) -> Filed:
    """Make the ticket of a report, or bring it to a newer version of its sidecar; idempotent on ``sidecar.ulid``.

    An older or equal version changes nothing. ``due_at`` is the caller's: deadlines are a city's data. Without
    ``audio`` a recording filed before stays as it is.
    """
    standing = _find(session, sidecar.ulid)
    heard = audio is not None and _add_recording(session, sidecar, audio, now)
    flags = tuple(str(flag) for flag in audio.flags) if audio is not None and heard else ()
    if standing is None:
        ticket_id = _insert(session, sidecar, now, due_at, flags)
        if ticket_id is not None:
            return Filed(ticket_id=ticket_id, created=True)
        standing = _find(session, sidecar.ulid)  # somebody else filed it just now
    if standing is None:  # only a race for the same code leads here; the sweep comes again
        raise NotFound("ticket", sidecar.ulid)
    _update(session, standing, sidecar, flags, now)
    return Filed(ticket_id=standing.id, created=False)


def update_report(session: Session, sidecar: Sidecar, now: datetime) -> bool:
    """Bring a ticket that stands to a newer version of its sidecar; False where there is none."""
    standing = _find(session, sidecar.ulid)
    if standing is None:
        return False
    _update(session, standing, sidecar, (), now)
    return True


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
    session.flush()
    _tell(session, ticket.id, EventKind.CODED, {"code": code}, now)
    _announce(session, outbox.TICKET_CHANGED, ticket.ulid, ticket.id, ticket.state, now)
    return True


def refresh_search_copy(ticket: Ticket) -> None:
    """Search finds a ticket by its code and by its text."""
    ticket.folded = fold(f"{ticket.code or ''} {ticket.content}")


def _find(session: Session, ulid: str) -> Row[Any] | None:
    return session.connection().execute(_FIND, {"of": ulid}).first()


def _insert(
    session: Session, sidecar: Sidecar, now: datetime, due_at: datetime | None, heard: tuple[str, ...]
) -> int | None:
    """The new ticket's id; None where the report has one already, or where the code was taken in this moment.

    ``heard``: what filing found wrong with the audio.
    """
    values = _ticket_values(sidecar, now, due_at)
    values["flags"] += [flag for flag in heard if flag not in values["flags"]]
    ticket_id: int | None = insert_new(session, Ticket, values)
    if ticket_id is None and _is_taken(session, sidecar):
        values |= {"code": None, "folded": "", "flags": [*values["flags"], CODE_TAKEN]}
        ticket_id = insert_new(session, Ticket, values)
    if ticket_id is None:
        return None
    insert_missing(session, Call, _call_values(sidecar))
    data = {"version": sidecar.version, "flags": values["flags"]}
    _tell(session, ticket_id, EventKind.FILED, data, now)
    _announce(session, outbox.TICKET_FILED, sidecar.ulid, ticket_id, State.MOI, now)
    return ticket_id


def _ticket_values(sidecar: Sidecar, now: datetime, due_at: datetime | None) -> dict[str, Any]:
    return {
        "ulid": sidecar.ulid,
        "call_id": sidecar.call_id,
        "code": sidecar.code,
        "folded": sidecar.code or "",
        "city": sidecar.city,
        "kind": sidecar.kind,
        "category": sidecar.category,
        "urgent": sidecar.urgent,
        "confidential": sidecar.confidential,
        "flags": list(dict.fromkeys(str(flag) for flag in sidecar.flags)),
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


def _is_taken(session: Session, sidecar: Sidecar) -> bool:
    """Whether another ticket has the sidecar's code: a report is never lost for its code."""
    if sidecar.code is None:
        return False
    holder = select(Ticket.ulid).where(Ticket.code == sidecar.code, Ticket.ulid != sidecar.ulid)
    return session.scalar(holder) is not None


def _add_recording(session: Session, sidecar: Sidecar, audio: FiledAudio, now: datetime) -> bool:
    """One recording a report, under the report's ULID, and the work of hearing it; whether it is new."""
    added = insert_missing(
        session,
        Recording,
        {
            "id": sidecar.ulid,
            "ulid": sidecar.ulid,
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
        request_transcript(session, sidecar.ulid, now, urgent=sidecar.urgent)
    return added


def _update(session: Session, standing: Row[Any], sidecar: Sidecar, heard: tuple[str, ...], now: datetime) -> None:
    """Bring a ticket to a newer version of its sidecar; of an older one only a recording it lacked counts."""
    newer = sidecar.version > standing.sidecar_version
    flags, code = [*standing.flags, *heard], standing.code
    values: dict[str, Any] = _answers(sidecar) if newer else {}
    if newer:
        flags += [str(flag) for flag in sidecar.flags]
        if code is None and sidecar.code is not None:
            taken = _is_taken(session, sidecar)
            code, flags = (None, [*flags, CODE_TAKEN]) if taken else (sidecar.code, flags)
    values |= {"code": code, "flags": list(dict.fromkeys(flags))}
    changed = sorted(name for name, value in values.items() if getattr(standing, name) != value)
    if not (newer or changed):
        return
    version = max(sidecar.version, standing.sidecar_version)
    values = {name: values[name] for name in changed} | {"sidecar_version": version}
    if "code" in changed:
        values["folded"] = fold(f"{code or ''} {standing.content}")
    session.connection().execute(_change(tuple(sorted(values))), {"of": sidecar.ulid, **values})
    if newer and changed:
        data = {"version": sidecar.version, "changed": changed}
        _tell(session, standing.id, EventKind.UPDATED, data, now)
        _announce(session, outbox.TICKET_CHANGED, sidecar.ulid, standing.id, standing.state, now)


@cache
def _change(names: tuple[str, ...]) -> Update:
    """The update of these columns: no others, for each may wake a trigger or undo what a person changed meanwhile."""
    return update(_TICKETS).where(_TICKETS.c.ulid == bindparam("of")).values({name: bindparam(name) for name in names})


def _call_values(sidecar: Sidecar) -> dict[str, Any]:
    """The call as one of its reports knows it: it stands even if the call's journal is lost."""
    return {
        "id": sidecar.call_id,
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


def _tell(session: Session, ticket_id: int, kind: EventKind, data: dict[str, Any], now: datetime) -> None:
    row = {"ticket_id": ticket_id, "at": now, "kind": kind, "data": data}
    session.connection().execute(_ADD_EVENT, row)


def _announce(session: Session, topic: str, ulid: str, ticket_id: int, state: State, now: datetime) -> None:
    outbox.announce(session, topic, ulid, {"id": ticket_id, "state": state.value}, now=now)

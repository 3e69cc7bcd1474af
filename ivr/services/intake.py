"""A report becomes a ticket, whatever channel it came by. Everything here may be repeated safely.

What every report goes through are statements prepared once, run beside the session's unit of work: that costs several
times as much as the statements.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Update, bindparam, insert, select, update
from sqlalchemy.orm import Session

from ivr.model import (
    Base,
    Call,
    ContactKind,
    EventKind,
    PartKind,
    Recording,
    Report,
    ReportPart,
    State,
    Ticket,
    TicketEvent,
)
from ivr.model.numbers import last_four
from ivr.model.text import clean, fold
from ivr.recordings import FiledAudio
from ivr.services import outbox
from ivr.services.calls import values_of
from ivr.services.errors import NotFound
from ivr.services.transcribing import request_transcript
from ivr.store import insert_all_missing, insert_missing, insert_new

CODE_TAKEN = "code_taken"
"""Flag of a ticket whose code another ticket already had (a copied home): it gets a late code of its own."""

LONGEST_TEXT = 20_000
"""Characters kept of what a citizen writes."""

_TICKETS = Base.metadata.tables[Ticket.__tablename__]
_STANDING = (
    "id",
    "ulid",
    "state",
    "content",
    "code",
    "flags",
    "report_version",
    "contact_kind",
    "contact_number",
    "contact_last4",
    "pin_mac",
    "publish",
    "publish_at",
)
_FIND = (
    select(*(_TICKETS.c[name] for name in _STANDING))
    .where(_TICKETS.c.channel == bindparam("channel"), _TICKETS.c.channel_id == bindparam("key"))
    .with_for_update()
)
_PARTS = Base.metadata.tables[ReportPart.__tablename__]
_SOUND_OF_PART = (
    update(_PARTS)
    .where(_PARTS.c.ulid == bindparam("of"), _PARTS.c.number == bindparam("kept"))
    .values(recording_id=bindparam("sound"))
)
_ADD_EVENT = insert(Base.metadata.tables[TicketEvent.__tablename__])


@dataclass(frozen=True, kw_only=True)
class Filed:
    """The ticket a report became, and whether this call made it."""

    ticket_id: int
    created: bool


def file_report(
    session: Session, report: Report, audio: FiledAudio | None, now: datetime, due_at: datetime | None = None
) -> Filed:
    """Make the ticket of a report, or bring it to a newer version; idempotent on ``report.natural_key``.

    A message that its channel delivers again, with whatever ULID, leads to the ticket that stands. An older or equal
    version changes nothing. ``due_at`` is the caller's: deadlines are a city's data. Without ``audio`` a recording
    filed before stays as it is.
    """
    standing = _find(session, report)
    ulid = report.ulid if standing is None else standing.ulid
    heard = audio is not None and _add_recording(session, report, ulid, audio, now)
    flags = tuple(str(flag) for flag in audio.flags) if audio is not None and heard else ()
    insert_all_missing(session, ReportPart, list(_parts(report, ulid, audio)))
    if heard and standing is not None and report.kept:  # the parts were filed while their sound was missing
        sounds = [{"of": ulid, "kept": part.number, "sound": ulid} for part in report.kept]
        session.connection().execute(_SOUND_OF_PART, sounds)
    if standing is None:
        ticket_id = _insert(session, report, now, due_at, flags)
        if ticket_id is not None:
            return Filed(ticket_id=ticket_id, created=True)
        standing = _find(session, report)  # it was filed by another process just now
    if standing is None:  # only a race for the same code leads here; the sweep comes again
        raise NotFound("ticket", report.ulid)
    _update(session, standing, report, flags, now)
    return Filed(ticket_id=standing.id, created=False)


def update_report(session: Session, report: Report, now: datetime) -> bool:
    """Bring a ticket that stands to a newer version of its report; False where there is none."""
    standing = _find(session, report)
    if standing is None:
        return False
    _update(session, standing, report, (), now)
    return True


def is_filed(session: Session, ulid: str) -> bool:
    """Whether a ticket stands that was made of the report with this ULID."""
    return session.scalar(select(Ticket.id).where(Ticket.ulid == ulid)) is not None


def refresh_search_copy(ticket: Ticket) -> None:
    """Search finds a ticket by its code and by its text."""
    ticket.folded = fold(f"{ticket.code or ''} {ticket.content}")


def add_event(session: Session, ticket_id: int, kind: EventKind, data: dict[str, Any], now: datetime) -> None:
    """One line of a ticket's history that no person wrote."""
    row = {"ticket_id": ticket_id, "at": now, "kind": kind, "data": data}
    session.connection().execute(_ADD_EVENT, row)


def announce_ticket(session: Session, topic: str, ulid: str, ticket_id: int, state: State, now: datetime) -> None:
    """Let the pages show a ticket anew."""
    outbox.announce(session, topic, ulid, {"id": ticket_id, "state": state.value}, now=now)


def _find(session: Session, report: Report) -> Row[Any] | None:
    channel, key = report.natural_key
    return session.connection().execute(_FIND, {"channel": channel, "key": key}).first()


def _insert(
    session: Session, report: Report, now: datetime, due_at: datetime | None, heard: tuple[str, ...]
) -> int | None:
    """The new ticket's id; None where the report has one already, or where the code was taken in this moment.

    ``heard``: what filing found wrong with the audio.
    """
    values = _ticket_values(report, now, due_at)
    values["flags"] += [flag for flag in heard if flag not in values["flags"]]
    ticket_id: int | None = insert_new(session, Ticket, values)
    if ticket_id is None and _is_taken(session, report):
        values |= {"code": None, "folded": fold(values["content"]), "flags": [*values["flags"], CODE_TAKEN]}
        ticket_id = insert_new(session, Ticket, values)
    if ticket_id is None:
        return None
    if report.facts is not None:  # its row stands even if the call's journal is lost
        insert_missing(session, Call, values_of(report.facts) | {"language": report.language})
    data = {"version": report.version, "flags": values["flags"]}
    add_event(session, ticket_id, EventKind.FILED, data, now)
    announce_ticket(session, outbox.TICKET_FILED, report.ulid, ticket_id, State.MOI, now)
    return ticket_id


def _ticket_values(report: Report, now: datetime, due_at: datetime | None) -> dict[str, Any]:
    content = clean(report.text, LONGEST_TEXT, lines=True)
    channel, channel_id = report.natural_key
    return {
        "ulid": report.ulid,
        "call_id": report.call_id,
        "channel": channel,
        "channel_id": channel_id,
        "code": report.code,
        "content": content,
        "folded": fold(f"{report.code or ''} {content}"),
        "city": report.city,
        "kind": report.kind,
        "category": report.category,
        "urgent": report.urgent,
        "confidential": report.confidential,
        "flags": list(report.marks),
        "language": report.language,
        **_answers(report),
        "consent": report.consent,
        "consent_key": report.consent_key,
        "consent_at": report.consent_at,
        "notice_version": report.notice_version,
        "notice_seconds": report.notice_seconds,
        "due_at": due_at,
        "created_at": report.reported_at,
        "filed_at": now,
        "report_version": report.version,
    }


def _answers(report: Report) -> dict[str, Any]:
    """What the caller may still answer after the report was filed."""
    number = report.contact_number
    if report.contact_kind is ContactKind.CALLER and number is None:
        number = report.caller_number
    # Who left before the question never gave a number away, yet can prove the call by the number they called from.
    proof = report.caller_number if report.contact_kind is ContactKind.UNASKED else number
    return {
        "contact_kind": report.contact_kind,
        "contact_number": number,
        "contact_last4": last_four(proof),
        "pin_mac": report.pin_mac,
        "publish": report.publish,
        "publish_at": report.publish_at,
    }


def _is_taken(session: Session, report: Report) -> bool:
    """Whether another ticket has the report's code: a report is never lost for its code."""
    if report.code is None:
        return False
    holder = select(Ticket.ulid).where(Ticket.code == report.code, Ticket.ulid != report.ulid)
    return session.scalar(holder) is not None


def _add_recording(session: Session, report: Report, ulid: str, audio: FiledAudio, now: datetime) -> bool:
    """One recording a report, under the report's ULID, and the work of hearing it; whether it is new."""
    added = insert_missing(
        session,
        Recording,
        {
            "id": ulid,
            "ulid": ulid,
            "take": report.kept[-1].number if report.kept else 1,
            "key": audio.key,
            "seconds": audio.seconds,
            "size": audio.size,
            "sha256": audio.sha256,
            "flags": [str(flag) for flag in audio.flags],
            "created_at": report.reported_at,
        },
    )
    if added:
        request_transcript(session, ulid, now, urgent=report.urgent)
    return added


def _parts(report: Report, ulid: str, audio: FiledAudio | None) -> Iterator[dict[str, Any]]:
    """Rows of the parts that were kept; takes lie one after another in the report's recording."""
    kept = report.kept
    lengths = (part.seconds for part in kept) if audio is None or not audio.lengths else audio.lengths
    offset = 0.0
    for part, length in zip(kept, lengths, strict=True):
        taken = part.kind is PartKind.TAKE
        yield {
            "ulid": ulid,
            "number": part.number,
            "kind": part.kind,
            "leg": part.leg,
            "offset_seconds": offset if taken else part.offset,
            "end_reason": None if part.end is None else part.end.value,
            "clock_seconds": part.clock_seconds,
            "sound_seconds": part.seconds if length is None else length,
            "recording_id": ulid if audio is not None and length is not None else None,
            "started_at": part.started_at,
        }
        offset += length or 0.0 if taken else 0.0


def _update(session: Session, standing: Row[Any], report: Report, heard: tuple[str, ...], now: datetime) -> None:
    """Bring a ticket to a newer version of its report; of an older one only a recording it lacked counts."""
    newer = report.version > standing.report_version
    flags, code = [*standing.flags, *heard], standing.code
    values: dict[str, Any] = _answers(report) if newer else {}
    if newer:
        if report.text:
            values["content"] = clean(report.text, LONGEST_TEXT, lines=True)
        flags += [str(flag) for flag in report.flags]
        if code is None and report.code is not None:
            taken = _is_taken(session, report)
            code, flags = (None, [*flags, CODE_TAKEN]) if taken else (report.code, flags)
    values |= {"code": code, "flags": list(dict.fromkeys(flags))}
    changed = sorted(name for name, value in values.items() if getattr(standing, name) != value)
    if not (newer or changed):
        return
    version = max(report.version, standing.report_version)
    values = {name: values[name] for name in changed} | {"report_version": version}
    if {"code", "content"} & set(changed):
        values["folded"] = fold(f"{code or ''} {values.get('content', standing.content)}")
    session.connection().execute(_change(tuple(sorted(values))), {"of": standing.id, **values})
    if newer and changed:
        data = {"version": report.version, "changed": changed}
        add_event(session, standing.id, EventKind.UPDATED, data, now)
        announce_ticket(session, outbox.TICKET_CHANGED, standing.ulid, standing.id, standing.state, now)


@cache
def _change(names: tuple[str, ...]) -> Update:
    """The update of these columns: no others, for each may wake a trigger or undo what a person changed meanwhile."""
    return update(_TICKETS).where(_TICKETS.c.id == bindparam("of")).values({name: bindparam(name) for name in names})

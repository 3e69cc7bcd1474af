"""What the rows say for reconciliation: calls and their ends, recordings and tickets, codes, work items.

What lies on disk is compared in :mod:`ivr.reconcile`, which may open files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from ivr.model import Call, CallStep, Channel, EndReason, Kind, Recording, Ticket, WorkItem, WorkState
from ivr.model.calls import NOT_KEPT
from ivr.services.transcribing import TRANSCRIBE


@dataclass(frozen=True, kw_only=True)
class Dated:
    """An id, and since when it has stood like this."""

    id: str
    since: datetime
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FiledRow:
    """What a recording's row says of its file."""

    id: str
    key: str
    size: int
    sha256: str
    erased: bool


@dataclass(frozen=True, kw_only=True)
class Rows:
    """One snapshot of the rows; the lists hold what does not add up, or not yet."""

    ended: Mapping[EndReason, int]
    """Calls that ended, by their one reason."""
    open_calls: tuple[Dated, ...]
    """Calls without an end: running, or lost."""
    without_room: tuple[Dated, ...]
    """Calls whose report the disk did not take, and that have no ticket of another kind."""
    half_ended: tuple[str, ...]
    """A moment without a reason, or a reason without a moment."""
    recordings: int
    tickets: int
    """Of the telephone, with a recording or without."""
    requests: int
    """Those of them that never had a recording: somebody is to ring back."""
    recordings_without_ticket: tuple[str, ...]
    tickets_without_call: tuple[str, ...]
    tickets_without_recording: tuple[Dated, ...]
    """No request to be rung back; ``note`` holds the ticket's flags."""
    tickets_without_code: tuple[Dated, ...]
    doubled: tuple[tuple[str, str], ...]
    """Recordings of one line that are the same, bit for bit: one report filed twice."""
    recordings_without_work: tuple[str, ...]
    """Neither transcribed nor to be."""
    work_open: tuple[Dated, ...]
    """Waiting or claimed: normal while workers run."""
    work_parked: tuple[Dated, ...]
    """Given up after three tries; ``note`` says why."""
    files: tuple[FiledRow, ...]
    keys: frozenset[str]
    """Of every recording, whenever it was made."""


def read_rows(session: Session, since: datetime | None = None) -> Rows:
    """Compare the rows with one another; ``since`` leaves out calls, recordings, tickets and work begun before."""
    calls, made = _from(Call.started_at, since), _from(Recording.created_at, since)
    filed = and_(_from(Ticket.filed_at, since), Ticket.channel == Channel.PHONE)
    added = and_(_from(WorkItem.created_at, since), WorkItem.kind == TRANSCRIBE)
    work_of_recording = (
        select(WorkItem.id).where(WorkItem.kind == TRANSCRIBE, WorkItem.subject == Recording.id).exists()
    )
    ticket_of_recording = select(Ticket.id).where(Ticket.ulid == Recording.ulid).exists()
    call_of_ticket = select(Call.id).where(Call.id == Ticket.call_id).exists()
    recording_of_ticket = select(Recording.id).where(Recording.ulid == Ticket.ulid).exists()
    half = or_(
        and_(Call.ended_at.is_(None), Call.end_reason.is_not(None)),
        and_(Call.ended_at.is_not(None), Call.end_reason.is_(None)),
    )

    def ids(query: Select[Any]) -> tuple[str, ...]:
        return tuple(session.scalars(query))

    def count(query: Select[Any]) -> int:
        return session.scalar(query) or 0

    ended = select(Call.end_reason, func.count()).where(calls, Call.ended_at.is_not(None)).group_by(Call.end_reason)
    waiting = select(WorkItem.subject, WorkItem.created_at, WorkItem.state).where(added)
    bare = select(Ticket.ulid, Ticket.filed_at, Ticket.flags).where(filed, ~recording_of_ticket)
    return Rows(
        ended={reason: number for reason, number in session.execute(ended) if reason is not None},
        open_calls=_dated(session, select(Call.id, Call.started_at).where(calls, Call.ended_at.is_(None))),
        without_room=_dated(session, _without_room().where(calls)),
        half_ended=ids(select(Call.id).where(calls, half)),
        recordings=count(select(func.count()).select_from(Recording).where(made)),
        tickets=count(select(func.count()).select_from(Ticket).where(filed)),
        requests=count(
            select(func.count()).select_from(Ticket).where(filed, Ticket.kind == Kind.GOI_LAI, ~recording_of_ticket)
        ),
        recordings_without_ticket=ids(select(Recording.id).where(made, ~ticket_of_recording)),
        tickets_without_call=ids(select(Ticket.ulid).where(filed, ~call_of_ticket)),
        tickets_without_recording=_dated(session, bare.where(Ticket.kind != Kind.GOI_LAI)),
        tickets_without_code=_dated(session, select(Ticket.ulid, Ticket.filed_at).where(filed, Ticket.code.is_(None))),
        doubled=_doubled(session, made),
        recordings_without_work=ids(
            select(Recording.id).where(made, ~work_of_recording, Recording.erased_at.is_(None))
        ),
        work_open=_dated(session, waiting.where(WorkItem.state.in_((WorkState.WAITING, WorkState.CLAIMED)))),
        work_parked=_dated(
            session,
            select(WorkItem.subject, WorkItem.created_at, WorkItem.error).where(
                added, WorkItem.state == WorkState.PARKED
            ),
        ),
        files=_files(session, made),
        keys=frozenset(session.scalars(select(Recording.key))),
    )


def still_open(session: Session, ids: Iterable[str]) -> set[str]:
    """Those of the calls that have no end now."""
    return set(session.scalars(select(Call.id).where(Call.id.in_(list(ids)), Call.ended_at.is_(None))))


def with_rows(session: Session, ids: Iterable[str]) -> set[str]:
    """Those of the calls that have a row."""
    return set(session.scalars(select(Call.id).where(Call.id.in_(list(ids)))))


def _without_room() -> Select[*tuple[Any, ...]]:
    """Calls of which something was said and nothing kept; who spoke to a person afterwards lacks nothing."""
    step = select(CallStep.call_id).where(CallStep.call_id == Call.id, CallStep.note.contains(NOT_KEPT)).exists()
    ticket = select(Ticket.id).where(Ticket.call_id == Call.id).exists()
    answered = Call.end_reason.is_not_distinct_from(EndReason.CONNECTED)
    return select(Call.id, Call.started_at).where(step, ~ticket, ~answered)


def _from(column: InstrumentedAttribute[datetime], since: datetime | None) -> ColumnElement[bool]:
    return true() if since is None else column >= since


def _dated(session: Session, query: Select[*tuple[Any, ...]]) -> tuple[Dated, ...]:
    return tuple(
        Dated(id=row[0], since=row[1], note=_note(row[2]) if len(row) > 2 else "") for row in session.execute(query)
    )


def _note(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _doubled(session: Session, made: ColumnElement[bool]) -> tuple[tuple[str, str], ...]:
    """Two people never speak the same bits; on one line they are one recording that was filed twice."""
    other, ticket, other_ticket = aliased(Recording), aliased(Ticket), aliased(Ticket)
    call, other_call = aliased(Call), aliased(Call)
    pairs = (
        select(Recording.id, other.id)
        .join(other, and_(other.sha256 == Recording.sha256, other.id > Recording.id))
        .join(ticket, ticket.ulid == Recording.ulid)
        .join(call, call.id == ticket.call_id)
        .join(other_ticket, other_ticket.ulid == other.ulid)
        .join(other_call, other_call.id == other_ticket.call_id)
        .where(made, call.linkedid != "", call.linkedid == other_call.linkedid)
    )
    return tuple((first, second) for first, second in session.execute(pairs))


def _files(session: Session, made: ColumnElement[bool]) -> tuple[FiledRow, ...]:
    columns = select(Recording.id, Recording.key, Recording.size, Recording.sha256, Recording.erased_at)
    return tuple(
        FiledRow(id=own, key=key, size=size, sha256=sha256, erased=erased_at is not None)
        for own, key, size, sha256, erased_at in session.execute(columns.where(made).order_by(Recording.id))
    )

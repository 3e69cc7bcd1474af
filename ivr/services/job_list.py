"""What the page of jobs and ``tongdai jobs`` show: counts of every kind, items by state, the ticket behind a text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.jobs import queue
from ivr.jobs.queue import Backlog
from ivr.model import Recording, Ticket, WorkItem, WorkState
from ivr.services import outbox
from ivr.services.transcribing import TRANSCRIBE

LISTED = (WorkState.WAITING, WorkState.CLAIMED, WorkState.PARKED)
"""The states that are listed: all but done."""
_MOST_ANNOUNCED = 200
"""Tickets whose open pages learn at once that their texts are tried again; others when they are next looked at."""


@dataclass(frozen=True, kw_only=True)
class KindCount:
    """How much work of one kind stands where."""

    kind: str
    backlog: Backlog
    oldest_at: datetime | None
    """When the oldest waiting or running item was added."""


def count_kinds(session: Session, now: datetime) -> list[KindCount]:
    """Every kind that has unfinished items, by name."""
    kinds = select(WorkItem.kind).where(queue.UNFINISHED).distinct().order_by(WorkItem.kind)
    return [_count(kind, queue.backlog(session, kind, now), now) for kind in session.scalars(kinds)]


def count_states(session: Session) -> dict[WorkState, int]:
    """Unfinished items of all kinds by state, zeros too."""
    rows = select(WorkItem.state, func.count()).where(queue.UNFINISHED).group_by(WorkItem.state)
    found: dict[WorkState, int] = dict(session.execute(rows).all())
    return {state: found.get(state, 0) for state in LISTED}


def find_items(
    session: Session, states: Iterable[WorkState], *, kind: str | None = None, limit: int = 100
) -> list[WorkItem]:
    """Items in these states: what waits in the order of claiming, what is parked or running with the newest first."""
    wanted = tuple(states)
    rows = select(WorkItem).where(queue.UNFINISHED, WorkItem.state.in_(wanted))
    if kind is not None:
        rows = rows.where(WorkItem.kind == kind)
    order = queue.ORDER if wanted == (WorkState.WAITING,) else (WorkItem.id.desc(),)
    return list(session.scalars(rows.order_by(*order).limit(limit)))


def find_tickets(session: Session, items: Sequence[WorkItem]) -> Mapping[int, Ticket]:
    """By item's id: the ticket whose recording is to be transcribed."""
    recordings = {item.subject: item.id for item in items if item.kind == TRANSCRIBE}
    rows = select(Recording.id, Ticket).join(Ticket, Ticket.ulid == Recording.ulid)
    found = session.execute(rows.where(Recording.id.in_(recordings)))
    return {recordings[recording_id]: ticket for recording_id, ticket in found}


def retry_item(session: Session, item_id: int, now: datetime) -> bool:
    """Let one parked item be tried again, and the pages that show its ticket know; False where it is not parked."""
    item = session.get(WorkItem, item_id)
    if item is None or not queue.retry_item(session, item_id, now):
        return False
    _announce_again(session, [item], now)
    return True


def retry_kind(session: Session, kind: str, now: datetime) -> int:
    """The same for every parked item of a kind; returns how many."""
    items = find_items(session, (WorkState.PARKED,), kind=kind, limit=_MOST_ANNOUNCED)
    count = queue.retry_parked(session, kind, now)
    _announce_again(session, items, now)
    return count


def _announce_again(session: Session, items: Sequence[WorkItem], now: datetime) -> None:
    for ticket in find_tickets(session, items).values():
        outbox.announce(session, outbox.TICKET_CHANGED, ticket.ulid, {"id": ticket.id}, now=now)


def _count(kind: str, backlog: Backlog, now: datetime) -> KindCount:
    unsettled = backlog.waiting + backlog.claimed
    oldest_at = now - timedelta(seconds=backlog.oldest_seconds) if unsettled else None
    return KindCount(kind=kind, backlog=backlog, oldest_at=oldest_at)

"""Work items claimed by lease: one path for both databases, each effect committed together with its ``done``.

``now`` is the claimer's clock. Clocks step: a moment further ahead than any lease or retry can be was written by a
clock that ran ahead, and counts as passed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from ivr.errors import TongdaiError
from ivr.model import EventKind, Outbox, Recording, Ticket, TicketEvent, WorkItem, WorkState
from ivr.store import Store, insert_missing
from ivr.words import tr

TRANSCRIBE = "transcribe"
"""Kind of the items whose subject is a recording's id."""

MOST_ATTEMPTS = 3
_DIED = "Tiến trình xử lý chết giữa chừng ba lần · the worker died three times at it"
"""Stored in the row, for readers of either language."""
_LONGEST_LEASE = timedelta(hours=1)
_LONGEST_RETRY = timedelta(minutes=15)


class LeaseLost(TongdaiError):
    """The item is not ours any more: its lease ran out and somebody else claimed or parked it. Drop the result."""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """An item that is ours until its lease ends; ``attempt`` counts from 1 and tells claims of one owner apart."""

    id: int
    kind: str
    subject: str
    owner: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How much work of one kind stands where; ``oldest_seconds`` is the age of the oldest unfinished item."""

    waiting: int
    claimed: int
    parked: int
    oldest_seconds: float


def add(session: Session, kind: str, subject: str, now: datetime) -> bool:
    """Add an item unless it is there already, in whatever state; whether this call added it."""
    return insert_missing(
        session, WorkItem, {"kind": kind, "subject": subject, "not_before": now, "created_at": now, "attempt": 0}
    )


def claim(store: Store, kind: str, owner: str, now: datetime, lease: float) -> Claimed | None:
    """The oldest free item, ours for ``lease`` seconds; None when there is none.

    An item that three claims did not finish is parked instead: it may be what kills its workers.
    """
    with store.reading() as session:  # an idle worker must not take the writers' lock every second
        if session.scalar(select(WorkItem.id).where(_free(kind, now)).limit(1)) is None:
            return None
    with store.transaction() as session:
        oldest = select(WorkItem).where(_free(kind, now)).order_by(WorkItem.id).limit(1)
        while item := session.scalar(oldest.with_for_update(skip_locked=True)):
            if item.attempt >= MOST_ATTEMPTS:
                _park(session, item, item.error or _DIED, now)
                continue
            item.state, item.owner, item.attempt = WorkState.CLAIMED, owner, item.attempt + 1
            item.until = now + min(timedelta(seconds=lease), _LONGEST_LEASE)
            return Claimed(id=item.id, kind=kind, subject=item.subject, owner=owner, attempt=item.attempt)
    return None


def renew(store: Store, claimed: Claimed, now: datetime, lease: float) -> None:
    """Own the item for ``lease`` more seconds from now; raises :class:`LeaseLost`."""
    with store.transaction() as session:
        _get_ours(session, claimed).until = now + min(timedelta(seconds=lease), _LONGEST_LEASE)


def finish(session: Session, claimed: Claimed, now: datetime) -> None:
    """Done, within the transaction of the effect; raises :class:`LeaseLost`, which undoes the effect too."""
    item = _get_ours(session, claimed)
    item.state, item.owner, item.until, item.error, item.done_at = WorkState.DONE, None, None, None, now
    session.flush()


def fail(store: Store, claimed: Claimed, error: str, now: datetime, retry_after: float) -> WorkState:
    """The attempt failed: waiting again in ``retry_after`` seconds, or parked with ``error`` after the third.

    A lost lease is ignored: somebody else has the item in hand. Returns where the item stands now.
    """
    with store.transaction() as session:
        item = session.get_one(WorkItem, claimed.id, with_for_update=True)
        if not _is_ours(item, claimed):
            return item.state
        if item.attempt >= MOST_ATTEMPTS:
            _park(session, item, error, now)
        else:
            item.state, item.owner, item.until, item.error = WorkState.WAITING, None, None, error
            item.not_before = now + min(timedelta(seconds=retry_after), _LONGEST_RETRY)
        return item.state


def release(store: Store, claimed: Claimed) -> None:
    """Give an untouched item back (orderly stop): the attempt does not count. A lost lease is ignored."""
    with store.transaction() as session:
        item = session.get_one(WorkItem, claimed.id, with_for_update=True)
        if _is_ours(item, claimed):
            item.state, item.owner, item.until, item.attempt = WorkState.WAITING, None, None, item.attempt - 1


def retry_parked(session: Session, kind: str, now: datetime) -> int:
    """Let every parked item of a kind try three times more (after a new model, say); returns how many."""
    again = update(WorkItem).where(WorkItem.kind == kind, WorkItem.state == WorkState.PARKED)
    changed = again.values(state=WorkState.WAITING, attempt=0, not_before=now, error=None).returning(WorkItem.id)
    return len(session.execute(changed).all())


def backlog(session: Session, kind: str, now: datetime) -> Backlog:
    """How much work of one kind is left, and how old the oldest of it is."""
    rows = select(WorkItem.state, func.count(), func.min(WorkItem.created_at))
    unfinished = rows.where(WorkItem.kind == kind, WorkItem.state != WorkState.DONE).group_by(WorkItem.state)
    found = {state: (count, oldest) for state, count, oldest in session.execute(unfinished)}
    ages = [(now - oldest).total_seconds() for state, (_, oldest) in found.items() if state is not WorkState.PARKED]
    return Backlog(
        waiting=found.get(WorkState.WAITING, (0, None))[0],
        claimed=found.get(WorkState.CLAIMED, (0, None))[0],
        parked=found.get(WorkState.PARKED, (0, None))[0],
        oldest_seconds=max([0.0, *ages]),
    )


def _free(kind: str, now: datetime) -> ColumnElement[bool]:
    due = or_(WorkItem.not_before <= now, WorkItem.not_before > now + _LONGEST_RETRY)
    expired = or_(WorkItem.until <= now, WorkItem.until > now + _LONGEST_LEASE)
    waiting = and_(WorkItem.state == WorkState.WAITING, due)
    return and_(WorkItem.kind == kind, or_(waiting, and_(WorkItem.state == WorkState.CLAIMED, expired)))


def _is_ours(item: WorkItem, claimed: Claimed) -> bool:
    return (item.state, item.owner, item.attempt) == (WorkState.CLAIMED, claimed.owner, claimed.attempt)


def _get_ours(session: Session, claimed: Claimed) -> WorkItem:
    item = session.get_one(WorkItem, claimed.id, with_for_update=True)
    if not _is_ours(item, claimed):
        raise LeaseLost(
            tr(
                f"Việc {claimed.kind} {claimed.subject} đã quá hạn giữ và có người khác nhận; bỏ kết quả này.",
                f"The lease on {claimed.kind} {claimed.subject} ran out and it went on without us; result dropped.",
            )
        )
    return item


def _park(session: Session, item: WorkItem, error: str, now: datetime) -> None:
    item.state, item.owner, item.until, item.error = WorkState.PARKED, None, None, error
    if item.kind == TRANSCRIBE:
        _tell_not_transcribed(session, item.subject, error, now)
    session.flush()


def _tell_not_transcribed(session: Session, recording_id: str, error: str, now: datetime) -> None:
    """A page that waits for the text must learn that none will come."""
    found = select(Ticket).join(Recording, Recording.ulid == Ticket.ulid).where(Recording.id == recording_id)
    ticket = session.scalar(found)
    if ticket is not None:
        session.add(TicketEvent(ticket_id=ticket.id, at=now, kind=EventKind.NOT_TRANSCRIBED, text=error))
        session.add(Outbox(at=now, topic="ticket.changed", subject=ticket.ulid, data={"id": ticket.id}))

"""Work items claimed by lease: one path for both databases, each effect committed together with its ``done``.

The queue knows no kind of work: how long a lease of a kind lasts and how often it is tried are its handler's
:class:`Terms`. ``now`` is the claimer's clock. Clocks step: a moment further ahead than any lease or retry can be was
written by a clock that ran ahead, and counts as passed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import ColumnElement, Update, and_, func, or_, select, text, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from ivr.errors import TongdaiError
from ivr.model import WorkItem, WorkState
from ivr.store import Store, insert_missing
from ivr.words import tr

ROUTINE = 0
"""The urgency of what may wait its turn."""
URGENT = 10
"""The urgency of what somebody's safety may hang on; the numbers between are free."""

ORDER = (WorkItem.urgency.desc(), WorkItem.id)
"""Of claims: urgent first, then oldest."""
UNFINISHED = text("work_items.state <> 'done'")
"""Written out as it stands in the index of what is not done: only so does SQLite see that the index serves."""

_LONGEST_LEASE = timedelta(hours=1)
_LONGEST_RETRY = timedelta(minutes=15)
_OPEN = text("work_items.state IN ('waiting', 'claimed')")
"""Written out as it stands in the index of claims."""

_log = structlog.get_logger(__name__)


class LeaseLost(TongdaiError):
    """The item is not ours any more: its lease ran out and another worker claimed or parked it. Drop the result."""


class Terms(Protocol):
    """What the queue must know of one kind of work; every :class:`ivr.jobs.handler.Handler` says it."""

    @property
    def lease_seconds(self) -> float:
        """How long a claim lasts unless it is renewed; at most one hour."""

    @property
    def tries(self) -> int:
        """Claims after which an unfinished item is parked."""

    @property
    def retry_seconds(self) -> float:
        """The pause after a failed try, times the number of the try; at most 15 minutes."""

    def parked(self, session: Session, item: WorkItem, error: str, now: datetime) -> None:
        """Write what others must learn of an item that is given up, in the transaction that parks it."""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """An item that is ours until its lease ends; ``attempt`` counts from 1 and distinguishes an owner's claims."""

    id: int
    kind: str
    subject: str
    owner: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How much work of one kind stands where; ``oldest_seconds`` is the age of the oldest waiting or claimed item."""

    waiting: int
    claimed: int
    parked: int
    oldest_seconds: float


def add(session: Session, kind: str, subject: str, now: datetime, *, urgency: int = ROUTINE) -> bool:
    """Add an item unless it is there already, in whatever state; whether this call added it."""
    row = {"kind": kind, "subject": subject, "urgency": urgency, "not_before": now, "created_at": now, "attempt": 0}
    return insert_missing(session, WorkItem, row)


def raise_urgency(session: Session, kind: str, subject: str, urgency: int = URGENT) -> bool:
    """Let an unfinished item be claimed before less urgent ones; False where none is there or it is as urgent."""
    lower = update(WorkItem).where(WorkItem.kind == kind, WorkItem.subject == subject, WorkItem.urgency < urgency)
    raised = lower.where(WorkItem.state != WorkState.DONE).values(urgency=urgency).returning(WorkItem.id)
    return session.scalar(raised) is not None


def claim(store: Store, terms: Mapping[str, Terms], owner: str, now: datetime) -> Claimed | None:
    """The most urgent free item of these kinds, the oldest among equals, ours for its lease; None: there is none.

    An item whose tries are used up without an end is parked instead: it may be what kills its workers.
    """
    free = may_be_claimed(store.dialect, terms, now)
    with store.reading() as session:  # an idle worker must not take the writers' lock every second
        if session.scalar(select(WorkItem.id).where(free).limit(1)) is None:
            return None
    first = select(WorkItem).where(free).order_by(*ORDER).limit(1)
    with store.transaction() as session:
        while item := session.scalar(first.with_for_update(skip_locked=True)):
            of_kind = terms[item.kind]
            if item.attempt >= of_kind.tries:
                _park(session, of_kind, item, item.error or _died(item.attempt), now)
                continue
            item.state, item.owner, item.attempt = WorkState.CLAIMED, owner, item.attempt + 1
            item.until = _lease_end(now, of_kind.lease_seconds)
            return Claimed(id=item.id, kind=item.kind, subject=item.subject, owner=owner, attempt=item.attempt)
    return None


def renew(store: Store, claimed: Claimed, now: datetime, lease_seconds: float) -> None:
    """Own the item for ``lease_seconds`` more from now; raises :class:`LeaseLost`."""
    with store.transaction() as session:
        _get_ours(session, claimed).until = _lease_end(now, lease_seconds)


def finish(session: Session, claimed: Claimed, now: datetime) -> None:
    """Done, within the transaction of the effect; raises :class:`LeaseLost`, which undoes the effect too."""
    item = _get_ours(session, claimed)
    item.state, item.owner, item.until, item.error, item.done_at = WorkState.DONE, None, None, None, now
    session.flush()


def fail(store: Store, terms: Terms, claimed: Claimed, error: str, now: datetime) -> WorkState:
    """The attempt failed: waiting again after the kind's pause, or parked with ``error`` after its last try.

    A lost lease is ignored: another worker has the item. Returns where the item stands now.
    """
    with store.transaction() as session:
        item = session.get_one(WorkItem, claimed.id, with_for_update=True)
        if not _is_ours(item, claimed):
            return item.state
        if item.attempt >= terms.tries:
            _park(session, terms, item, error, now)
        else:
            pause = timedelta(seconds=terms.retry_seconds * item.attempt)
            item.state, item.owner, item.until, item.error = WorkState.WAITING, None, None, error
            item.not_before = now + min(pause, _LONGEST_RETRY)
        return item.state


def release(store: Store, claimed: Claimed) -> None:
    """Give an untouched item back (orderly stop): the attempt does not count. A lost lease is ignored."""
    with store.transaction() as session:
        item = session.get_one(WorkItem, claimed.id, with_for_update=True)
        if _is_ours(item, claimed):
            item.state, item.owner, item.until, item.attempt = WorkState.WAITING, None, None, item.attempt - 1


def retry_parked(session: Session, kind: str, now: datetime) -> int:
    """Let every parked item of a kind have all its tries again (after a new model, say); returns how many."""
    return len(session.execute(_again(now).where(WorkItem.kind == kind)).all())


def retry_item(session: Session, item_id: int, now: datetime) -> bool:
    """Let one parked item have all its tries again; False where it is not parked (any more)."""
    return session.scalar(_again(now).where(WorkItem.id == item_id)) is not None


def backlog(session: Session, kind: str, now: datetime) -> Backlog:
    """How much work of one kind is left, and how old the oldest of it is."""
    rows = select(WorkItem.state, func.count(), func.min(WorkItem.created_at))
    unfinished = rows.where(UNFINISHED, WorkItem.kind == kind).group_by(WorkItem.state)
    found = {state: (count, oldest) for state, count, oldest in session.execute(unfinished)}
    ages = [(now - oldest).total_seconds() for state, (_, oldest) in found.items() if state is not WorkState.PARKED]
    return Backlog(
        waiting=found.get(WorkState.WAITING, (0, None))[0],
        claimed=found.get(WorkState.CLAIMED, (0, None))[0],
        parked=found.get(WorkState.PARKED, (0, None))[0],
        oldest_seconds=max([0.0, *ages]),
    )


def may_be_claimed(dialect: str, kinds: Iterable[str], now: datetime) -> ColumnElement[bool]:
    """Waiting items that are due, and claimed ones whose lease ran out.

    Written for the index of claims, which leaves out all that is done. An expression over ``kind`` keeps SQLite from
    its index of all items of a kind; one condition on one moment lets PostgreSQL guess well how many are due.
    """
    kind = WorkItem.kind + "" if dialect == "sqlite" else WorkItem.kind
    free_from = func.coalesce(WorkItem.until, WorkItem.not_before)  # a waiting item has no lease
    retry_ahead = and_(WorkItem.until.is_(None), WorkItem.not_before > now + _LONGEST_RETRY)
    due = or_(free_from <= now, free_from > now + _LONGEST_LEASE, retry_ahead)
    return and_(_OPEN, kind.in_(sorted(kinds)), due)


def _lease_end(now: datetime, seconds: float) -> datetime:
    return now + min(timedelta(seconds=seconds), _LONGEST_LEASE)


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


def _again(now: datetime) -> Update:
    again = update(WorkItem).where(WorkItem.state == WorkState.PARKED).returning(WorkItem.id)
    return again.values(state=WorkState.WAITING, attempt=0, not_before=now, error=None)


def _died(times: int) -> str:
    """Stored in the row, for readers of either language."""
    counted = "1 time" if times == 1 else f"{times} times"
    return f"Tiến trình xử lý chết giữa chừng {times} lần · the worker died {counted} at it"


def _park(session: Session, terms: Terms, item: WorkItem, error: str, now: datetime) -> None:
    """Park, and let the handler say so; a handler that fails at saying so must not hold up the queue for ever."""
    item.state, item.owner, item.until, item.error = WorkState.PARKED, None, None, error
    session.flush()
    try:
        with session.begin_nested():
            terms.parked(session, item, error, now)
    except (OperationalError, InterfaceError):  # the database is away: nothing is parked, the next worker comes again
        raise
    except Exception:
        _log.exception("job.parked_unannounced", kind=item.kind, subject=item.subject)

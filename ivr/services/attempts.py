"""Failed tries at a login or a code look-up, counted per source and per target with a growing pause (DESIGN §3).

Phone and web share the counters. Every caller that may be wrong goes through :func:`check` before anything slow.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ivr.model import Attempt
from ivr.store import serialise


class LimitKind(StrEnum):
    """What is limited."""

    LOGIN = "login"
    LOOKUP = "lookup"


@dataclass(frozen=True, kw_only=True)
class Locked:
    """Too many wrong tries: nothing is looked at before ``until``."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class Limit:
    """``free`` failures cost nothing; each further one doubles the pause up to ``most``; forgotten after ``window``."""

    free: int
    pause: timedelta = timedelta(seconds=30)
    most: timedelta = timedelta(minutes=15)
    window: timedelta = timedelta(hours=24)

    def after(self, failures: int) -> timedelta:
        """How long to wait after that many failures in a row."""
        over = failures - self.free
        return timedelta(0) if over < 0 else min(self.most, self.pause * 2 ** min(over, 20))


def limits(kind: LimitKind, source: str, target: str) -> dict[str, Limit]:
    """The limited keys of one try. A whole office may share one web address: it may fail oftener than one account."""
    match kind:
        case LimitKind.LOGIN:
            return {_key("source", source): Limit(free=20, window=timedelta(hours=1)), _key("target", target): LOGIN}
        case LimitKind.LOOKUP:
            source_limit = SHARED_LOOKUP if source == ANONYMOUS else LOOKUP
            return {_key("source", source): source_limit, _key("target", target): LOOKUP}
        case other:
            assert_never(other)


ANONYMOUS = "anonymous"
"""The source all callers without a number share: one of them must not lock the others out for long."""
LOGIN = Limit(free=5)
LOOKUP = Limit(free=5, window=timedelta(hours=12))
SHARED_LOOKUP = Limit(free=30, pause=timedelta(seconds=10), most=timedelta(minutes=2), window=timedelta(hours=1))


def check(session: Session, kind: LimitKind, *, source: str, target: str, now: datetime) -> Locked | None:
    """Whether this source or target must wait; on PostgreSQL other tries at the same keys queue up behind us."""
    until = now
    for key, limit in sorted(limits(kind, source, target).items()):
        serialise(session, f"attempts:{kind}:{key}")
        # A clock that was ahead for a while must not lock anybody out for good: moments still to come do not count.
        rows = select(func.count(), func.max(Attempt.at)).where(
            Attempt.kind == kind, Attempt.key == key, Attempt.at > now - limit.window, Attempt.at <= now
        )
        failures, newest = session.execute(rows).one()
        if newest is not None:
            until = max(until, newest + limit.after(failures))
    return Locked(until=until) if until > now else None


def failed(session: Session, kind: LimitKind, *, source: str, target: str, now: datetime) -> None:
    """Count one failure for the source and for the target."""
    for key, limit in limits(kind, source, target).items():
        stale = Attempt.at <= now - limit.window
        session.execute(delete(Attempt).where(Attempt.kind == kind, Attempt.key == key, stale))
        session.add(Attempt(kind=kind, key=key, at=now))
    session.flush()


def succeeded(
    session: Session, kind: LimitKind, *, source: str, target: str, counted_at: datetime | None = None
) -> None:
    """Forget the target's failures. The source's stay: one right answer must not buy more guesses at others.

    :param counted_at: a failure counted in advance at that moment for this try, which is taken back.
    """
    keys = _key("source", source), _key("target", target)
    session.execute(delete(Attempt).where(Attempt.kind == kind, Attempt.key == keys[1]))
    if counted_at is not None:
        counted = (
            select(Attempt.id).where(Attempt.kind == kind, Attempt.key == keys[0], Attempt.at == counted_at).limit(1)
        )
        session.execute(delete(Attempt).where(Attempt.id.in_(counted)))


def prune(session: Session, now: datetime) -> None:
    """Forget what no limit looks at any more."""
    session.execute(delete(Attempt).where(Attempt.at < now - timedelta(hours=24)))


def _key(side: str, value: str) -> str:
    return f"{side}:{value.casefold()}"[:128]

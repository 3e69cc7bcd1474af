"""What earlier calls say about a caller who is about to wait for a person, and about the queue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from ivr.callcentre.figures import AT_ONCE
from ivr.callcentre.promises import LOOKED_BACK, Handled, Standing
from ivr.callcentre.segments import SegmentKind
from ivr.callcentre.visits import Outcome
from ivr.model import Call, CallBack, CallBackTry, LineCall, LineSegment, QueueVisit
from ivr.model.call_backs import ENDING
from ivr.model.report import CallFacts
from ivr.services.operators import count_on_duty

REMEMBERED = timedelta(hours=24)
"""How long a caller who waited in vain, or whom we missed, comes before others."""
_LONGEST_WAIT = timedelta(hours=2)
"""No caller waits longer: among later visits those answered in the last hour are looked for."""
_HANDLING = frozenset({SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.WRAP_UP})
_IN_VAIN = frozenset({Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.CALL_BACK})
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class _Visit:
    joined_at: datetime
    outcome: Outcome
    waited: float


def find_standing(session: Session, call: CallFacts, queue: str, now: datetime) -> Standing:
    """Of the caller of ``call`` before waiting in ``queue``; what the call itself did so far is not looked at."""
    handled = _find_handled(session, call.instance, queue, now)
    on_duty = count_on_duty(session, call.instance, queue)
    if call.caller_number is None:
        return Standing(handled=handled, on_duty=on_duty)
    visits = _find_visits(session, call, now)
    answered = max((visit.joined_at for visit in visits if visit.outcome is Outcome.ANSWERED), default=_NEVER)
    tried = _find_last_try(session, call.caller_number, now)
    missed = tried is not None and tried.outcome not in ENDING and tried.at > answered
    return Standing(handled=handled, repeat=_is_repeat(visits, answered), called_back=missed, on_duty=on_duty)


def _is_repeat(visits: Iterable[_Visit], answered: datetime) -> bool:
    """Who leaves at once has dialled by mistake and did not wait."""
    return any(
        visit.outcome in _IN_VAIN and visit.waited > AT_ONCE.total_seconds() and visit.joined_at > answered
        for visit in visits
    )


def _find_handled(session: Session, instance: str, queue: str, now: datetime) -> tuple[Handled, ...]:
    """Calls of the last hour that are over, with the seconds that an operator had with them."""
    of_call = and_(LineSegment.instance == QueueVisit.instance, LineSegment.linkedid == QueueVisit.linkedid)
    rows = session.execute(
        select(QueueVisit.linkedid, QueueVisit.answered_at, LineSegment.began_at, LineSegment.ended_at)
        .join(LineCall, and_(LineCall.instance == QueueVisit.instance, LineCall.linkedid == QueueVisit.linkedid))
        .join(LineSegment, of_call)
        .where(
            QueueVisit.instance == instance,
            QueueVisit.queue == queue,
            QueueVisit.joined_at > now - LOOKED_BACK - _LONGEST_WAIT,
            QueueVisit.answered_at > now - LOOKED_BACK,
            LineCall.ended_at.is_not(None),
            LineSegment.kind.in_(_HANDLING),
            LineSegment.began_at >= QueueVisit.answered_at,
        )
    )
    took: dict[tuple[str, datetime], timedelta] = {}
    for linkedid, answered_at, began_at, ended_at in rows:
        if answered_at is not None:
            took[linkedid, answered_at] = took.get((linkedid, answered_at), timedelta(0)) + (ended_at - began_at)
    return tuple(Handled(answered_at=at, took=seconds) for (_, at), seconds in took.items())


def _find_visits(session: Session, call: CallFacts, now: datetime) -> list[_Visit]:
    rows = session.execute(
        select(QueueVisit.joined_at, QueueVisit.outcome, QueueVisit.waited)
        .join(Call, and_(Call.instance == QueueVisit.instance, Call.linkedid == QueueVisit.linkedid))
        .where(
            Call.caller_number == call.caller_number,
            Call.city == call.city,
            Call.started_at > now - REMEMBERED,
            Call.id != call.ulid,
        )
    )
    return [_Visit(joined_at=joined_at, outcome=outcome, waited=waited) for joined_at, outcome, waited in rows]


def _find_last_try(session: Session, number: str, now: datetime) -> CallBackTry | None:
    """The last call that an operator made to this number."""
    return session.scalar(
        select(CallBackTry)
        .join(CallBack, CallBack.ulid == CallBackTry.ulid)
        .where(CallBack.number == number, CallBackTry.at > now - REMEMBERED)
        .order_by(CallBackTry.at.desc())
        .limit(1)
    )

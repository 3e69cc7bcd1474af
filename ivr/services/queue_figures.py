"""What the queues did since midnight, from the rows that ``watch`` writes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from ivr.callcentre.figures import AT_ONCE, Counts
from ivr.callcentre.visits import Outcome
from ivr.model import LineCall, QueueVisit
from ivr.model.civil import ZONE
from ivr.services.line_calls import LONGEST_CALL

IN_TIME = timedelta(seconds=20)
"""T: the wait within which a call is answered in time (DOMAIN §8)."""


def read_today(session: Session, instance: str, now: datetime) -> Mapping[str, Counts]:
    """Counts by queue of who joined it since midnight in Vietnam; talk and paper work are not counted here."""
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    in_time = QueueVisit.waited <= IN_TIME.total_seconds()
    at_once = QueueVisit.waited <= AT_ONCE.total_seconds()
    rows = session.execute(
        select(
            QueueVisit.queue,
            QueueVisit.outcome,
            func.count(),
            func.sum(case((in_time, 1), else_=0)),
            func.sum(case((at_once, 1), else_=0)),
            func.sum(QueueVisit.waited),
            func.max(QueueVisit.waited),
        )
        .join(LineCall, and_(LineCall.instance == QueueVisit.instance, LineCall.linkedid == QueueVisit.linkedid))
        .where(
            QueueVisit.instance == instance,
            QueueVisit.joined_at >= midnight,
            LineCall.began_at >= midnight - LONGEST_CALL,  # by its index: of years of visits the day's are found
        )
        .group_by(QueueVisit.queue, QueueVisit.outcome)
    )
    counts: dict[str, Counts] = {}
    for queue, outcome, number, soon, at_once_, waited, longest in rows:
        more = _counts(outcome, number, soon, at_once_, timedelta(seconds=waited), timedelta(seconds=longest))
        counts[queue] = counts.get(queue, Counts()) + more
    return counts


def _counts(outcome: Outcome, number: int, in_time: int, at_once: int, waited: timedelta, longest: timedelta) -> Counts:
    match outcome:
        case Outcome.ANSWERED:
            return Counts(
                offered=number, answered=number, answered_in_time=in_time, waited=waited, longest_wait=longest
            )
        case Outcome.ABANDONED:
            return Counts(
                offered=number,
                abandoned=number,
                abandoned_in_time=in_time,
                abandoned_at_once=at_once,
                longest_wait=longest,
            )
        case Outcome.OVERFLOWED:
            return Counts(offered=number, overflowed=number, longest_wait=longest)
        case Outcome.CALL_BACK:
            return Counts(offered=number, called_back=number, longest_wait=longest)
        case Outcome.WAITING:
            return Counts(offered=number, waiting=number)

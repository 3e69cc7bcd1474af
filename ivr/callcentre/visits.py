"""What became of a caller who was offered to a queue: exactly one outcome a visit, however many rounds it took.

offered = answered + abandoned + overflowed + called back + still waiting. Rules:

* ``QueueCallerAbandon`` alone decides nothing (LIVE fact 1): a hang-up behind it is *abandoned*, ``TongdaiQueueEnd`` is
  *overflowed*; until one of them comes the caller still waits.
* Who waits on after the offer of an overflow joins again: another round of the same visit, the waits are added up.
  Asterisk's own ``HoldTime`` begins anew each time and is not used (LIVE §7).
* Who asks to be called back is no abandonment, and neither is a caller whom a dying Asterisk cut off while waiting:
  both leave the queue for the call-back list.
* A caller whom the dialplan could not let in (``FULL``, ``JOINEMPTY`` …) was offered and overflowed, without a wait.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.callcentre.calls import Call
from ivr.callcentre.events import (
    AgentConnected,
    CallBackAsked,
    CallerAbandoned,
    CallerJoined,
    CallerLeft,
    CallEvent,
    HungUp,
    QueueEnded,
)
from ivr.callcentre.segments import SegmentKind, Timeline

_NOT_LET_IN = frozenset({"FULL", "JOINEMPTY", "JOINUNAVAIL"})
"""``QUEUESTATUS`` of who never stood in the queue: no other event tells of it."""


class Outcome(StrEnum):
    """How a visit to a queue ended."""

    WAITING = "waiting"  # not yet
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    OVERFLOWED = "overflowed"
    CALL_BACK = "call_back"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One caller in one queue."""

    queue: str
    uniqueid: str
    joined_at: datetime
    outcome: Outcome = Outcome.WAITING
    waited: timedelta = timedelta(0)
    """In all rounds that are over; of a finished visit the whole wait."""
    round_began: datetime | None = None
    """When the present round began; None where none goes on."""
    rounds: int = 1
    answered_by: str = ""
    """Interface of the operator who took the call."""
    answered_at: datetime | None = None

    def wait_until(self, moment: datetime) -> timedelta:
        """The wait so far."""
        return self.waited + (max(moment - self.round_began, timedelta(0)) if self.round_began else timedelta(0))


def visits_of(call: Call, timeline: Timeline) -> tuple[Visit, ...]:
    """The visits of a call, in their order; those that still wait have their wait up to the timeline's end."""
    visits: list[Visit] = []
    latest = call.began
    for event in call.events:
        latest = max(latest, event.at)
        _apply(visits, event, latest)
    if visits and visits[-1].outcome is Outcome.WAITING:
        visits[-1] = _settled(visits[-1], timeline)
    return tuple(visits)


def _apply(visits: list[Visit], event: CallEvent, at: datetime) -> None:
    match event:
        case CallerJoined():
            _join(visits, event, at)
        case QueueEnded(status=status) if status in _NOT_LET_IN and not _is_waiting(visits):
            if not visits or (visits[-1].outcome, visits[-1].queue) != (Outcome.OVERFLOWED, event.queue):
                visits.append(
                    Visit(queue=event.queue, uniqueid=event.uniqueid, joined_at=at, outcome=Outcome.OVERFLOWED)
                )
        case CallBackAsked() if visits and visits[-1].outcome in (Outcome.OVERFLOWED, Outcome.WAITING):
            visits[-1] = replace(_stopped(visits[-1], at), outcome=Outcome.CALL_BACK)
        case _ if _is_waiting(visits):
            visits[-1] = _decided(visits[-1], event, at)
        case _:
            pass


def _is_waiting(visits: list[Visit]) -> bool:
    return bool(visits) and visits[-1].outcome is Outcome.WAITING


def _join(visits: list[Visit], event: CallerJoined, at: datetime) -> None:
    last = visits[-1] if visits else None
    if last is not None and last.queue == event.queue and last.outcome in (Outcome.OVERFLOWED, Outcome.WAITING):
        again = last.outcome is Outcome.OVERFLOWED or last.round_began is None
        visits[-1] = replace(
            _stopped(last, at), outcome=Outcome.WAITING, round_began=at, rounds=last.rounds + (1 if again else 0)
        )
        return
    if last is not None and last.outcome is Outcome.WAITING:  # sent on to another queue
        visits[-1] = replace(_stopped(last, at), outcome=Outcome.OVERFLOWED)
    visits.append(Visit(queue=event.queue, uniqueid=event.uniqueid, joined_at=at, round_began=at))


def _decided(visit: Visit, event: CallEvent, at: datetime) -> Visit:
    match event:
        case AgentConnected():
            return replace(_stopped(visit, at), outcome=Outcome.ANSWERED, answered_by=event.interface, answered_at=at)
        case CallerAbandoned() | CallerLeft():
            return _stopped(visit, at)
        case QueueEnded(status=status) if status != "CONTINUE":
            return replace(_stopped(visit, at), outcome=Outcome.OVERFLOWED)
        case HungUp(uniqueid=uniqueid) if uniqueid == visit.uniqueid:
            return _stopped(visit, at)  # an abandonment, unless there was a talk
        case _:
            return visit


def _stopped(visit: Visit, at: datetime) -> Visit:
    return replace(visit, waited=visit.wait_until(at), round_began=None)


def _settled(visit: Visit, timeline: Timeline) -> Visit:
    """A visit that nothing else decided: answered by a talk whose ``AgentConnect`` was lost, cut off, abandoned."""
    talk = next(
        (part for part in timeline.segments if part.kind is SegmentKind.TALK and part.began >= visit.joined_at), None
    )
    if talk is not None:
        stopped = _stopped(visit, talk.began)
        return replace(
            stopped,
            waited=min(stopped.waited, talk.began - visit.joined_at),
            outcome=Outcome.ANSWERED,
            answered_by=talk.phones[0],
            answered_at=talk.began,
        )
    visit = _stopped(visit, timeline.ended) if not timeline.is_open else visit
    if timeline.cut:
        return replace(visit, outcome=Outcome.CALL_BACK)
    if not timeline.is_open:
        return replace(visit, outcome=Outcome.ABANDONED)
    return replace(
        visit, waited=visit.wait_until(timeline.ended), round_began=timeline.ended if visit.round_began else None
    )

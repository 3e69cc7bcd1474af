"""Visits to queues as rows, as ``watch`` writes them. Imported by tests alone."""

from datetime import datetime, timedelta

from ivr.callcentre.segments import Direction, SegmentKind
from ivr.callcentre.visits import Outcome
from ivr.model import LineCall, LineSegment, QueueVisit
from ivr.store import Store

QUEUE = "da-nang-operator"
HELD = 15.0
"""Seconds on hold of each answered call, behind its talk."""


def add_visit(
    store: Store,
    linkedid: str,
    *,
    joined_at: datetime,
    outcome: Outcome,
    waited: float = 30,
    talk: float = 120,
    queue: str = QUEUE,
    over: bool = True,
) -> None:
    """A call that waited so many seconds, and was answered for ``talk`` seconds or was not; ``over``: it has ended."""
    answered = joined_at + timedelta(seconds=waited) if outcome is Outcome.ANSWERED else None
    with store.transaction() as session:
        session.add(
            LineCall(
                instance="1022",
                linkedid=linkedid,
                direction=Direction.INBOUND,
                began_at=joined_at,
                ended_at=joined_at + timedelta(seconds=waited + talk + HELD) if over else None,
                live=not over,
                events=[],
            )
        )
        session.flush()
        session.add(
            QueueVisit(
                instance="1022",
                linkedid=linkedid,
                seq=0,
                queue=queue,
                joined_at=joined_at,
                outcome=outcome,
                waited=waited,
                rounds=1,
                answered_at=answered,
            )
        )
        if answered is not None:
            session.add_all(_segments(linkedid, joined_at, answered, talk))


def _segments(linkedid: str, joined: datetime, answered: datetime, talk: float) -> list[LineSegment]:
    ended = answered + timedelta(seconds=talk)
    moments = [joined, answered, ended, ended + timedelta(seconds=HELD)]
    return [
        LineSegment(
            instance="1022", linkedid=linkedid, seq=seq, kind=kind, began_at=moments[seq], ended_at=moments[seq + 1]
        )
        for seq, kind in enumerate((SegmentKind.QUEUE, SegmentKind.TALK, SegmentKind.HOLD))
    ]

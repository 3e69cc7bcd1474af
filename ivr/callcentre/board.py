"""What a board shows of the calls that go on: where each one stands, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.callcentre.segments import Direction, SegmentKind, Timeline
from ivr.callcentre.visits import Outcome, Visit

_OF_QUEUE = frozenset({SegmentKind.QUEUE, SegmentKind.RING, SegmentKind.TALK, SegmentKind.HOLD})


@dataclass(frozen=True, kw_only=True)
class OnLine:
    """A call that goes on."""

    linkedid: str
    direction: Direction
    stands: SegmentKind
    since: datetime
    """When that began; of who waits, also while a telephone rings, when the wait began, its rounds together."""
    began: datetime
    queue: str = ""
    """In which the caller waits, or waited until the person answered who is on the line."""
    phones: tuple[str, ...] = ()
    """Interfaces of the operators who talk."""


def on_line(timeline: Timeline, visits: Sequence[Visit]) -> OnLine | None:
    """The call as it stands at the timeline's end; None for one that is over, and for a supervisor who listens."""
    if not timeline.is_open or timeline.direction is Direction.SPY:
        return None
    last = timeline.segments[-1] if timeline.segments else None
    visit = visits[-1] if visits and visits[-1].outcome in (Outcome.WAITING, Outcome.ANSWERED) else None
    since = last.began if last else timeline.began
    if visit is not None and visit.outcome is Outcome.WAITING:
        since = timeline.ended - visit.waited
    return OnLine(
        linkedid=timeline.linkedid,
        direction=timeline.direction,
        stands=last.kind if last else SegmentKind.MENU,
        since=since,
        began=timeline.began,
        queue=visit.queue if visit and last and last.kind in _OF_QUEUE else "",
        phones=last.phones if last else (),
    )

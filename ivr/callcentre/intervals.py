"""Calls and working time, counted into the half hours of a queue."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ivr.callcentre.figures import AT_ONCE, Counts
from ivr.callcentre.segments import Direction, Segment, SegmentKind, Timeline
from ivr.callcentre.visits import Outcome, Visit

HALF_HOUR = timedelta(minutes=30)
NO_QUEUE = ""
"""Cell of what no queue saw: callers who left in the menu, calls that we made."""


@dataclass(frozen=True, order=True)
class Cell:
    """One queue in one half hour."""

    began: datetime
    queue: str


def half_hour(moment: datetime) -> datetime:
    """The beginning of the half hour, in UTC: Vietnam's clock is seven whole hours ahead, so it is the same there."""
    utc = moment.astimezone(UTC)
    return utc.replace(minute=utc.minute // 30 * 30, second=0, microsecond=0)


def split(began: datetime, ended: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """A stretch of time by half hours; the parts add up to it."""
    while began < ended:
        until = min(half_hour(began) + HALF_HOUR, ended)
        yield half_hour(began), until - began
        began = until


def count(calls: Iterable[tuple[Timeline, tuple[Visit, ...]]], *, threshold: timedelta) -> Mapping[Cell, Counts]:
    """Every call in its cells.

    :param threshold: T, the wait within which a call is answered in time.
    """
    cells: dict[Cell, Counts] = {}
    for timeline, visits in calls:
        for cell, counts in count_call(timeline, visits, threshold=threshold):
            cells[cell] = cells.get(cell, Counts()) + counts
    return cells


def count_call(timeline: Timeline, visits: tuple[Visit, ...], *, threshold: timedelta) -> Iterator[tuple[Cell, Counts]]:
    """What one call adds. Its operators' time goes to the visit in which they took it."""
    if timeline.direction in (Direction.OUTBOUND, Direction.CALL_BACK):
        reached = timeline.lasted(SegmentKind.TALK) > timedelta(0)
        yield (
            Cell(half_hour(timeline.began), NO_QUEUE),
            _work(timeline.segments + timeline.wrap_ups)
            + Counts(called_out=1, reached=int(reached), cut=int(timeline.cut)),
        )
    if timeline.direction is not Direction.INBOUND:
        return
    talked = timeline.lasted(SegmentKind.TALK) > timedelta(0)
    left = not visits and not timeline.is_open and not timeline.cut and not talked
    left = left and timeline.lasted(SegmentKind.RECORDER) == timedelta(0)
    yield Cell(half_hour(timeline.began), NO_QUEUE), Counts(left_in_menu=int(left), cut=int(timeline.cut))
    for index, visit in enumerate(visits):
        follows = visits[index + 1].joined_at if index + 1 < len(visits) else None
        parts = [
            part
            for part in timeline.segments + timeline.wrap_ups
            if part.began >= visit.joined_at and (follows is None or part.began < follows)
        ]
        yield Cell(half_hour(visit.joined_at), visit.queue), _visit(visit, threshold) + _work(parts)


def _visit(visit: Visit, threshold: timedelta) -> Counts:
    in_time = visit.waited <= threshold
    match visit.outcome:
        case Outcome.ANSWERED:
            return Counts(
                offered=1,
                answered=1,
                answered_in_time=int(in_time),
                waited=visit.waited,
                longest_wait=visit.waited,
            )
        case Outcome.ABANDONED:
            return Counts(
                offered=1,
                abandoned=1,
                abandoned_in_time=int(in_time),
                abandoned_at_once=int(visit.waited <= AT_ONCE),
                longest_wait=visit.waited,
            )
        case Outcome.OVERFLOWED:
            return Counts(offered=1, overflowed=1, longest_wait=visit.waited)
        case Outcome.CALL_BACK:
            return Counts(offered=1, called_back=1, longest_wait=visit.waited)
        case Outcome.WAITING:
            return Counts(offered=1, waiting=1, longest_wait=visit.waited)


def _work(parts: Iterable[Segment]) -> Counts:
    """Operators' time: of two in one talk, that of both."""
    sums = {SegmentKind.TALK: timedelta(0), SegmentKind.HOLD: timedelta(0), SegmentKind.WRAP_UP: timedelta(0)}
    for part in parts:
        if part.kind in sums:
            sums[part.kind] += part.lasted * len(part.phones)
    return Counts(talk=sums[SegmentKind.TALK], hold=sums[SegmentKind.HOLD], wrap_up=sums[SegmentKind.WRAP_UP])

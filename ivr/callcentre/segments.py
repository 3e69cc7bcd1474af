"""A call cut into segments: what the citizen lived through, without a gap and without an overlap.

From the first channel to the moment the last citizen left, each instant is of exactly one kind; so the segments add up
to the call. The paper work of an operator follows behind it. At each instant the first that fits:

1. an operator and the citizen are bridged: *talk*, or *hold* while every such operator holds;
2. our menu records: *recorder*;
3. the citizen is in a bridge without an operator (a take-over, an operator lost): *hold*;
4. somebody is rung or fetched: *ring*;
5. the caller stands in a queue: *queue*;
6. else our programme has the call: *menu*.

Talk comes from bridges alone, never from ``AgentComplete`` (LIVE fact 2). What a citizen waits for a person is queue +
ring.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.callcentre.calls import Call
from ivr.callcentre.events import CallEvent, HungUp, SpyStarted, WrapUpEnded
from ivr.callcentre.legs import Legs, Side


class SegmentKind(StrEnum):
    """What happens in a stretch of a call."""

    MENU = "menu"
    QUEUE = "queue"
    RING = "ring"
    TALK = "talk"
    HOLD = "hold"
    RECORDER = "recorder"
    WRAP_UP = "wrap_up"


class Direction(StrEnum):
    """Who began a call."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"  # an operator called a citizen
    CALL_BACK = "call_back"  # a placeholder kept a citizen's place, who was then called
    INTERNAL = "internal"  # colleagues among themselves
    SPY = "spy"  # a supervisor listens to another call


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A stretch of one kind."""

    kind: SegmentKind
    began: datetime
    ended: datetime
    phones: tuple[str, ...] = ()
    """Interfaces of the operators in it: of talk, hold and wrap-up."""

    @property
    def lasted(self) -> timedelta:
        """How long."""
        return self.ended - self.began


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A call's course."""

    linkedid: str
    direction: Direction
    began: datetime
    ended: datetime
    """Where it goes on: the moment that was asked for."""
    is_open: bool
    cut: bool
    """Asterisk died in it."""
    segments: tuple[Segment, ...]
    """The citizen's time, without gap: they add up to ``ended - began``."""
    wrap_ups: tuple[Segment, ...] = ()

    def lasted(self, *kinds: SegmentKind) -> timedelta:
        """The sum of all stretches of these kinds."""
        return sum((part.lasted for part in self.segments + self.wrap_ups if part.kind in kinds), timedelta(0))


Mark = tuple[datetime, SegmentKind, tuple[str, ...]]
"""From this moment on: the kind, and the operators in it."""


def timeline_of(call: Call, *, phones: Collection[str], now: datetime) -> Timeline:
    """A call's course up to ``now``.

    :param phones: interfaces of all operators' telephones.
    """
    legs = Legs(phones)
    marks: list[Mark] = []
    ended, at = None, call.began
    for at, event in _in_order(call):
        legs.apply(event)
        marks.append((at, *_kind_of(legs)))
        if isinstance(event, HungUp) and _is_over(legs):
            ended = ended or at
        elif ended is not None and not _is_over(legs):
            ended = None  # another try to reach the citizen
    end = ended or max(call.began, call.cut_at or (max(at, now) if call.is_open else at))
    segments = _joined(marks, end)
    return Timeline(
        linkedid=call.linkedid,
        direction=_direction_of(call, legs),
        began=call.began,
        ended=end,
        is_open=ended is None and call.is_open,
        cut=ended is None and call.cut_at is not None,
        segments=segments,
        wrap_ups=tuple(_wrap_ups(call, segments)),
    )


def _is_over(legs: Legs) -> bool:
    return not (legs.citizens if legs.had_citizen else legs.legs)


def _in_order(call: Call) -> Iterator[tuple[datetime, CallEvent]]:
    """Events as they came; a clock that was set back in between does not turn time round."""
    latest = call.began
    for event in call.events:
        latest = max(latest, event.at)
        yield latest, event


def _kind_of(legs: Legs) -> tuple[SegmentKind, tuple[str, ...]]:
    talkers = legs.talkers
    if talkers:
        phones = tuple(sorted({leg.interface for leg in talkers}))
        return (SegmentKind.HOLD if all(leg.holds for leg in talkers) else SegmentKind.TALK), phones
    if legs.records:
        return SegmentKind.RECORDER, ()
    if legs.is_held:
        return SegmentKind.HOLD, ()
    if legs.is_ringing:
        return SegmentKind.RING, ()
    return (SegmentKind.QUEUE if legs.waits else SegmentKind.MENU), ()


def _joined(marks: list[Mark], end: datetime) -> tuple[Segment, ...]:
    """Marks become stretches; those without length are none, neighbours of one kind are one."""
    parts: list[Segment] = []
    for index, (began, kind, phones) in enumerate(marks):
        until = min(marks[index + 1][0], end) if index + 1 < len(marks) else end
        if until <= began:
            continue
        if parts and (parts[-1].kind, parts[-1].phones) == (kind, phones):
            began = parts.pop().began
        parts.append(Segment(kind=kind, began=began, ended=until, phones=phones))
    return tuple(parts)


def _wrap_ups(call: Call, segments: tuple[Segment, ...]) -> Iterator[Segment]:
    """From the end of an operator's last talk to the end of the paper work."""
    for at, event in _in_order(call):
        if isinstance(event, WrapUpEnded):
            talks = [part for part in segments if event.interface in part.phones and part.ended < at]
            if talks:
                yield Segment(kind=SegmentKind.WRAP_UP, began=talks[-1].ended, ended=at, phones=(event.interface,))


def _direction_of(call: Call, legs: Legs) -> Direction:
    if any(isinstance(event, SpyStarted) for event in call.events):
        return Direction.SPY
    match legs.first:
        case Side.LINK:
            return Direction.CALL_BACK
        case Side.OPERATOR:
            return Direction.OUTBOUND if legs.had_citizen else Direction.INTERNAL
        case _:
            return Direction.INBOUND

"""Calls as Asterisk saw them become rows, and the rows become what pages say of a call."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, or_, select
from sqlalchemy.orm import Session, selectinload

from ivr.callcentre.calls import Call as LiveCall
from ivr.callcentre.events import CallEvent
from ivr.callcentre.records import from_record, to_record
from ivr.callcentre.segments import SegmentKind, Timeline
from ivr.callcentre.visits import Visit, visits_of
from ivr.model import Base, Call, LineCall, LineSegment, QueueVisit
from ivr.model.line_calls import LONGEST_ID, LONGEST_QUEUE

_CALLS = Base.metadata.tables[LineCall.__tablename__]
_SEGMENTS = Base.metadata.tables[LineSegment.__tablename__]
_VISITS = Base.metadata.tables[QueueVisit.__tablename__]
_OF_ONE = _CALLS.c.instance == bindparam("of_instance"), _CALLS.c.linkedid == bindparam("of_linkedid")
_FORGET = delete(_CALLS).where(*_OF_ONE)

LONGEST_CALL = timedelta(hours=12)
"""No call is longer: among later ones those that ended just now are looked for."""
_NOTICED = timedelta(seconds=1)
_WAITS = frozenset({SegmentKind.QUEUE, SegmentKind.RING})
_TALKS = frozenset({SegmentKind.TALK, SegmentKind.HOLD})


@dataclass(frozen=True, kw_only=True)
class Written:
    """A call as it is to be stored."""

    timeline: Timeline
    visits: Sequence[Visit]
    records: Sequence[Mapping[str, Any]]
    live: bool

    @classmethod
    def of(cls, call: LiveCall, timeline: Timeline) -> "Written":
        """The call with its course so far."""
        return cls(
            timeline=timeline,
            visits=visits_of(call, timeline),
            records=[to_record(event) for event in call.events],
            live=call.is_open,
        )


@dataclass(frozen=True, kw_only=True)
class Course:
    """What a call was, for people: its stretches in their order; empty where it saw nothing but the menu."""

    segments: Sequence[LineSegment] = field(default=())
    visits: Sequence[QueueVisit] = field(default=())
    """The queues that its caller was offered to."""
    cut: bool = False

    @property
    def shown(self) -> Sequence[LineSegment]:
        """Those that a person notices: the dialplan needs some milliseconds between two others."""
        return [
            part
            for part in self.segments
            if part.kind is not SegmentKind.MENU or part.ended_at - part.began_at >= _NOTICED
        ]

    @property
    def waited(self) -> timedelta:
        """In queues, and while somebody was rung."""
        return self._sum(_WAITS)

    @property
    def talked(self) -> timedelta:
        """With a person, held times included."""
        return self._sum(_TALKS)

    def _sum(self, kinds: Collection[SegmentKind]) -> timedelta:
        lengths = (part.ended_at - part.began_at for part in self.segments if part.kind in kinds)
        return sum(lengths, timedelta(0))


def store(session: Session, instance: str, calls: Sequence[Written], *, merged: Iterable[str] = ()) -> None:
    """Bring the rows of these calls to what is known now; what stood before is replaced.

    :param merged: linkedids of calls that became part of another: their rows go.
    """
    connection = session.connection()
    gone = [*merged, *(call.timeline.linkedid for call in calls)]
    if gone:
        connection.execute(_FORGET, [{"of_instance": instance, "of_linkedid": linkedid} for linkedid in gone])
    if calls:
        connection.execute(insert(_CALLS), [_row(instance, call) for call in calls])
    for table, rows_of in ((_SEGMENTS, _segment_rows), (_VISITS, _visit_rows)):
        rows = [row for call in calls for row in rows_of(instance, call)]
        if rows:
            connection.execute(insert(table), rows)


def find_open(session: Session, instance: str, *, since: datetime) -> list[tuple[CallEvent, ...]]:
    """The events of each call that went on when it was written last, or ended after ``since``; the oldest first."""
    recent = or_(LineCall.live, and_(LineCall.began_at >= since - LONGEST_CALL, LineCall.ended_at >= since))
    rows = select(LineCall.events).where(LineCall.instance == instance, recent)
    return [
        tuple(event for record in records if (event := from_record(record)) is not None)
        for records in session.scalars(rows.order_by(LineCall.began_at, LineCall.linkedid))
    ]


def read_course(session: Session, call: Call) -> Course:
    """What became of a citizen's call on the line."""
    if not call.linkedid:
        return Course()
    parts = selectinload(LineCall.segments), selectinload(LineCall.visits)
    found = session.get(LineCall, (call.instance, call.linkedid), options=parts)
    if found is None:
        return Course()
    beyond_menu = any(part.kind is not SegmentKind.MENU for part in found.segments)
    return Course(segments=found.segments if beyond_menu else (), visits=found.visits, cut=found.cut)


@dataclass(frozen=True, kw_only=True)
class Citizen:
    """Whose call it is, as our menu knows it."""

    ulid: str
    """Of the call."""
    number: str | None
    """None for who withholds it."""
    trial: bool


def find_citizens(session: Session, instance: str, linkedids: Collection[str]) -> dict[str, Citizen]:
    """The citizens of these calls, by linkedid; of a call that has no row yet none."""
    rows = session.execute(
        select(Call.linkedid, Call.id, Call.caller_number, Call.trial).where(
            Call.instance == instance, Call.linkedid.in_(linkedids)
        )
    )
    return {linkedid: Citizen(ulid=ulid, number=number, trial=trial) for linkedid, ulid, number, trial in rows}


def _row(instance: str, call: Written) -> dict[str, Any]:
    timeline = call.timeline
    return {
        "instance": instance,
        "linkedid": timeline.linkedid,
        "direction": timeline.direction,
        "began_at": timeline.began,
        "ended_at": None if timeline.is_open else timeline.ended,
        "live": call.live,
        "cut": timeline.cut,
        "events": list(call.records),
    }


def _segment_rows(instance: str, call: Written) -> Iterable[dict[str, Any]]:
    timeline = call.timeline
    for seq, part in enumerate((*timeline.segments, *timeline.wrap_ups)):
        yield {
            "instance": instance,
            "linkedid": timeline.linkedid,
            "seq": seq,
            "kind": part.kind,
            "began_at": part.began,
            "ended_at": part.ended,
            "phones": list(part.phones),
        }


def _visit_rows(instance: str, call: Written) -> Iterable[dict[str, Any]]:
    for seq, visit in enumerate(call.visits):
        yield {
            "instance": instance,
            "linkedid": call.timeline.linkedid,
            "seq": seq,
            "queue": visit.queue[:LONGEST_QUEUE],
            "joined_at": visit.joined_at,
            "outcome": visit.outcome,
            "waited": visit.waited.total_seconds(),
            "rounds": visit.rounds,
            "answered_by": visit.answered_by[:LONGEST_ID],
            "answered_at": visit.answered_at,
        }

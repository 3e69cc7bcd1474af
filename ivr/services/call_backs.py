"""Whom the desk owes a call: those who asked for one, and those who did not get through.

Computed when it is read: who reached us meanwhile, by talking or by leaving a report, is off the list by itself, and
nothing is lost while no program ran. Several calls of one number are one call-back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from ivr.callcentre.segments import SegmentKind
from ivr.city.city import City
from ivr.city.hours import NoWorkingTimeError
from ivr.model import (
    Call,
    CallBack,
    CallBackOrigin,
    CallBackTry,
    CallStep,
    EndReason,
    Kind,
    LineSegment,
    Person,
    Ticket,
)
from ivr.model.clock import OPEN
from ivr.phone import RingResult
from ivr.services import rights

LOOKED_BACK = timedelta(days=7)
"""How long somebody who did not get through is on the list."""
CLAIM_LASTS = timedelta(minutes=30)
"""After that another may take the call-back."""
MOST = 2_000
"""Calls looked at; a city that owes more will not make them all."""
_SERVED = frozenset({"status", "lookup", "announcements", "callback", "receipt"})
"""Kinds of menu nodes in which a caller got what a call is made for."""
_HOURS: Mapping[CallBackOrigin, float] = {
    CallBackOrigin.ASKED: 2.0,
    CallBackOrigin.RANG: 0.5,
    CallBackOrigin.MENU: 1.0,
    CallBackOrigin.AFTER_HOURS: 1.0,
}
"""Hours in which people answer, within which the call is to be made, where the ticket has no due time of its own."""

CityOf = Callable[[str], City | None]
"""A city by its id; None for one whose files are faulty."""


@dataclass(frozen=True, kw_only=True)
class Owed:
    """One call-back."""

    ulid: str
    """Of the report, or of the first call in vain."""
    origin: CallBackOrigin
    number: str
    city: str
    language: str
    since: datetime
    latest: datetime
    due: datetime
    calls: int
    """Calls in vain; 0 where it was asked for."""
    call_id: str | None
    """The latest of them, or the one in which it was asked for."""
    ticket: Ticket | None
    done: CallBack | None
    """What was done about it so far."""

    def claimed_by(self, now: datetime) -> Person | None:
        """Who has it in hand."""
        return holder_of(self.done, now)

    def waits_until(self, now: datetime) -> datetime | None:
        """When the next try makes sense; None where it does now."""
        not_before = self.done.not_before if self.done else None
        return not_before if not_before and not_before > now else None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be done about it."""
        return self.done is not None and self.done.closed_at is not None

    @property
    def in_vain(self) -> list[CallBackTry]:
        """Calls that operators made in vain, in order."""
        return self.done.in_vain if self.done else []


@dataclass(frozen=True, kw_only=True)
class Made:
    """A call that an operator made."""

    call: CallBackTry
    number: str
    settled: bool
    """Whether it settled the call-back, which may be opened again."""


def holder_of(row: CallBack | None, now: datetime) -> Person | None:
    """Who has it in hand; None where that was long ago."""
    if row is None or row.claimed_at is None or now - row.claimed_at > CLAIM_LASTS:
        return None
    return row.claimer


def find_owed(
    session: Session, viewer: Person | None, now: datetime, *, missed_after: float, city_of: CityOf
) -> list[Owed]:
    """All of them, what is to be done first in front: by the moment of the promise, those tried already behind it.

    :param missed_after: seconds in the menu from which who leaves is owed a call.
    """
    tickets = _asked(session, viewer)
    missed = _missed(session, viewer, now, missed_after)
    rows = _rows(session, [*(ticket.ulid for ticket, _ in tickets), *(calls[0].id for calls, _ in missed)])
    asked = [_of_ticket(ticket, call, rows, city_of) for ticket, call in tickets]
    owed = [each for each in asked if not each.is_settled]
    known = {each.number for each in owed}
    owed += [_of_calls(calls, kinds, rows, city_of) for calls, kinds in missed if calls[0].caller_number not in known]
    return sorted(owed, key=lambda each: (each.waits_until(now) or each.due, each.since, each.ulid))


def _asked(session: Session, viewer: Person | None) -> list[tuple[Ticket, Call | None]]:
    """Open tickets that ask for a call, each with its call; without a number no call can be made."""
    wanted = (
        select(Ticket, Call)
        .outerjoin(Call, Call.id == Ticket.call_id)
        .where(Ticket.kind == Kind.GOI_LAI, Ticket.state.in_(OPEN), *rights.visible(viewer))
        .where(or_(Ticket.contact_number.is_not(None), Call.caller_number.is_not(None)))
        .order_by(Ticket.created_at)
        .limit(MOST)
    )
    return [(ticket, call) for ticket, call in session.execute(wanted)]


def _missed(
    session: Session, viewer: Person | None, now: datetime, missed_after: float
) -> list[tuple[list[Call], set[str]]]:
    """Calls in vain of one number together, the oldest first, and the kinds of steps they took."""
    calls: list[Call] = [
        call
        for call in session.scalars(_in_vain(viewer, now))
        if call.end_reason is not EndReason.HUNG_UP or _length(call) >= missed_after
    ]
    kinds: dict[str, set[str]] = {call.id: set() for call in calls}
    for call_id, kind in session.execute(select(CallStep.call_id, CallStep.kind).where(CallStep.call_id.in_(kinds))):
        kinds[call_id].add(kind)
    together: dict[str, list[Call]] = {}
    for call in calls:
        of_call = kinds[call.id]
        if of_call & _SERVED or (call.end_reason is EndReason.COMPLETED and "ring" not in of_call):
            continue
        together.setdefault(call.caller_number or "", []).append(call)
    return [(found, set().union(*(kinds[call.id] for call in found))) for found in together.values()]


def _in_vain(viewer: Person | None, now: datetime) -> Select[Any]:
    """Ended calls without a ticket and without a talk, of numbers that neither reached us nor were called since."""
    later = aliased(Call)
    settled = exists().where(CallBack.number == Call.caller_number, CallBack.closed_at >= Call.started_at)
    reached = exists().where(
        later.caller_number == Call.caller_number,
        later.started_at >= Call.started_at,
        or_(_talked(later), exists().where(Ticket.call_id == later.id)),
    )
    return (
        select(Call)
        .where(
            Call.started_at >= now - LOOKED_BACK,
            Call.ended_at.is_not(None),
            Call.caller_number.is_not(None),
            Call.trial.is_(False),
            Call.end_reason.in_((EndReason.HUNG_UP, EndReason.FAILED, EndReason.INTERRUPTED, EndReason.COMPLETED)),
            ~settled,
            ~reached,
            *rights.visible_calls(viewer),
        )
        .order_by(Call.started_at, Call.id)
        .limit(MOST)
    )


def _talked(call: Any) -> ColumnElement[bool]:
    """As our menu knows it, or as Asterisk's events do: either may have been away."""
    said = RingResult.ANSWERED.value
    noted = or_(CallStep.note == said, CallStep.note.endswith(f"; {said}"))
    answered = exists().where(CallStep.call_id == call.id, noted)
    talk = exists().where(
        and_(
            LineSegment.instance == call.instance,
            LineSegment.linkedid == call.linkedid,
            LineSegment.kind == SegmentKind.TALK,
        )
    )
    return or_(call.end_reason == EndReason.CONNECTED, answered, talk)


def _length(call: Call) -> float:
    return (call.ended_at - call.started_at).total_seconds() if call.ended_at else 0.0


def _rows(session: Session, ulids: Iterable[str]) -> dict[str, CallBack]:
    """What was done, by name."""
    wanted = select(CallBack).where(CallBack.ulid.in_(list(ulids)))
    found = session.scalars(wanted.options(selectinload(CallBack.tries), joinedload(CallBack.claimer)))
    return {row.ulid: row for row in found}


def _of_ticket(ticket: Ticket, call: Call | None, rows: Mapping[str, CallBack], city_of: CityOf) -> Owed:
    number = ticket.contact_number or (call.caller_number if call else None) or ""
    due = ticket.due_at or _due(city_of(ticket.city), CallBackOrigin.ASKED, ticket.created_at)
    return Owed(
        ulid=ticket.ulid, origin=CallBackOrigin.ASKED, number=number, city=ticket.city, language=ticket.language,
        since=ticket.created_at, latest=ticket.created_at, due=due, calls=0, call_id=ticket.call_id, ticket=ticket,
        done=rows.get(ticket.ulid),
    )  # fmt: skip


def _of_calls(calls: Sequence[Call], kinds: set[str], rows: Mapping[str, CallBack], city_of: CityOf) -> Owed:
    first, last = calls[0], calls[-1]
    city = city_of(first.city)
    origin = _origin(calls, kinds, city)
    return Owed(
        ulid=first.id, origin=origin, number=first.caller_number or "", city=first.city, language=last.language,
        since=first.started_at, latest=last.started_at, due=_due(city, origin, first.started_at),
        calls=len(calls), call_id=last.id, ticket=None, done=rows.get(first.id),
    )  # fmt: skip


def _origin(calls: Sequence[Call], kinds: set[str], city: City | None) -> CallBackOrigin:
    """The weightiest reason of them all."""
    if any(call.end_reason in {EndReason.FAILED, EndReason.INTERRUPTED} for call in calls):
        return CallBackOrigin.CUT
    if "ring" in kinds:
        return CallBackOrigin.RANG
    is_open = city is None or city.is_open(city.desk_schedule, calls[0].started_at)
    return CallBackOrigin.MENU if is_open else CallBackOrigin.AFTER_HOURS


def _due(city: City | None, origin: CallBackOrigin, since: datetime) -> datetime:
    """Who was cut off is called at once; others within hours in which people answer."""
    return add_desk_hours(city, since, _HOURS.get(origin, 0.0))


def add_desk_hours(city: City | None, at: datetime, hours: float) -> datetime:
    """The moment when that many hours in which people answer have passed; of a city whose files are faulty, of any."""
    if city is None or not hours:
        return at + timedelta(hours=hours)
    try:
        return city.hours.due(at, hours, city.desk_schedule)
    except NoWorkingTimeError:
        return at


def find_tries(session: Session, viewer: Person, since: datetime, *, limit: int = 200) -> list[Made]:
    """Calls that operators made, newest first; who does not see all, one's own alone."""
    own = [] if rights.sees_all_calls(viewer) else [CallBackTry.person_id == viewer.id]
    later = aliased(CallBackTry)
    is_last = ~exists().where(later.ulid == CallBackTry.ulid, later.id > CallBackTry.id)
    made = (
        select(CallBackTry, CallBack.number, and_(CallBack.closed_at.is_not(None), is_last))
        .join(CallBack, CallBack.ulid == CallBackTry.ulid)
        .where(CallBackTry.at >= since, *own)
        .options(joinedload(CallBackTry.person))
        .order_by(CallBackTry.at.desc(), CallBackTry.id.desc())
        .limit(limit)
    )
    return [Made(call=row, number=number, settled=bool(settled)) for row, number, settled in session.execute(made)]

"""Operators at work as rows: read when ``watch`` starts, written behind what happens; and read by pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload

from ivr.callcentre.operators import Operator, OperatorState, Pause
from ivr.model import Base, OperatorRow, OperatorSpan, Person
from ivr.model.permissions import Permission
from ivr.services import rights

_SPANS = Base.metadata.tables[OperatorSpan.__tablename__]


@dataclass(frozen=True, kw_only=True)
class AtWork:
    """An operator, and who it is."""

    person_id: int
    name: str
    queues: frozenset[str] | None
    """Whose callers come to this operator; None for all."""
    may_answer: bool
    """False for who was locked out or got a role that answers no calls: work ends."""
    operator: Operator
    legs: tuple[str, ...] = ()
    """UNIQUEIDs of the telephone's channels, as they were written last."""

    def answers(self, queue: str) -> bool:
        """Whether callers of this queue come to this operator."""
        return self.queues is None or queue in self.queues


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch in one state that is over."""

    person_id: int
    operator: Operator
    ended: datetime


def find_at_work(session: Session, instance: str) -> list[AtWork]:
    """Those who are signed in to work, as they were written last."""
    rows = session.scalars(
        select(OperatorRow)
        .where(OperatorRow.instance == instance, OperatorRow.state != OperatorState.SIGNED_OUT)
        .options(joinedload(OperatorRow.person))
        .order_by(OperatorRow.person_id)
    )
    return [_at_work(row.person, _operator(row), row.legs) for row in rows]


def find_own(session: Session, instance: str, person: Person) -> AtWork:
    """What a person does now; who never worked here is signed out."""
    return find_own_and_phone(session, instance, person)[0]


def find_own_and_phone(session: Session, instance: str, person: Person) -> tuple[AtWork, str]:
    """… and the interface of the telephone at which the person works or worked last; empty for none."""
    row = session.get(OperatorRow, (instance, person.id))
    if row is None:
        return _at_work(person, Operator(since=person.created_at)), ""
    return _at_work(person, _operator(row)), row.phone


def find_new(session: Session, person_id: int, now: datetime) -> AtWork | None:
    """Somebody who is not at work; None for no such person."""
    person = session.get(Person, person_id)
    return None if person is None else _at_work(person, Operator(since=now))


def count_on_duty(session: Session, instance: str, queue: str) -> int | None:
    """How many operators take callers of this queue one after another; None where no operator is signed in for it."""
    colleagues = [each for each in find_at_work(session, instance) if each.answers(queue)]
    return sum(each.operator.is_on_duty for each in colleagues) if colleagues else None


def store(session: Session, instance: str, operators: Iterable[AtWork], spans: Iterable[Span]) -> None:
    """Write what operators do now and did before."""
    for each in operators:
        row = session.get(OperatorRow, (instance, each.person_id))
        if row is None:
            row = OperatorRow(instance=instance, person_id=each.person_id)
            session.add(row)
        _fill(row, each.operator)
        row.legs = list(each.legs)
    rows = [_span_row(instance, span) for span in spans]
    if rows:
        session.flush()
        session.connection().execute(insert(_SPANS), rows)


def _at_work(person: Person, operator: Operator, legs: Iterable[str] = ()) -> AtWork:
    return AtWork(
        person_id=person.id,
        name=person.name,
        queues=None if person.queues is None else frozenset(person.queues),
        may_answer=person.active and rights.may(person, Permission.ANSWER),
        operator=operator,
        legs=tuple(legs),
    )


def _operator(row: OperatorRow) -> Operator:
    signed_out = row.state is OperatorState.SIGNED_OUT
    return Operator(
        state=row.state,
        since=row.since,
        phone="" if signed_out else row.phone,
        linkedid=row.linkedid,
        until=row.until,
        pause=_pause(row.reason, row.allowed),
        next_pause=_pause(row.next_reason, row.next_allowed),
        leaves=row.leaves,
        missed=row.missed,
        before=row.before,
    )


def _pause(reason: str, allowed: float | None) -> Pause | None:
    if not reason:
        return None
    return Pause(reason=reason, limit=None if allowed is None else timedelta(seconds=allowed))


def _fill(row: OperatorRow, operator: Operator) -> None:
    row.state, row.since, row.until, row.before = operator.state, operator.since, operator.until, operator.before
    row.linkedid, row.leaves, row.missed = operator.linkedid, operator.leaves, operator.missed
    row.phone = operator.phone or row.phone or ""
    row.reason, row.allowed = _plain(operator.pause)
    row.next_reason, row.next_allowed = _plain(operator.next_pause)


def _plain(pause: Pause | None) -> tuple[str, float | None]:
    if pause is None:
        return "", None
    return pause.reason, None if pause.limit is None else pause.limit.total_seconds()


def _span_row(instance: str, span: Span) -> dict[str, Any]:
    operator = span.operator
    return {
        "instance": instance,
        "person_id": span.person_id,
        "state": operator.state,
        "reason": operator.pause.reason if operator.pause else "",
        "phone": operator.phone,
        "linkedid": operator.linkedid,
        "began_at": operator.since,
        "ended_at": span.ended,
    }

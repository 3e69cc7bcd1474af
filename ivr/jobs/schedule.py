"""Work that is due by the clock: what is due is computed from rows, so nothing is lost while no worker lives.

For each schedule a row remembers the moment up to which its work has been made. Whoever looks next makes the missed
occurrences and moves the mark in one transaction; the row's lock keeps two from making the same, and so does the
item's natural key. A clock set back finds the mark ahead of it and makes nothing again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from itertools import islice
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ivr.jobs import queue
from ivr.model import ScheduleMark, WorkItem, WorkState
from ivr.model.civil import ZONE
from ivr.store import Store, insert_missing

KEPT = timedelta(days=30)
"""How long done items of a schedule stay to be looked at."""
_MOST = 1000
"""Occurrences made in one transaction; the others follow in the next."""
_LONGEST_STEP = timedelta(days=1)
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Missed(Enum):
    """What becomes of occurrences that passed while no worker lived."""

    EACH = "each"  # every one is made, in their order
    LAST = "last"  # the last one stands for all


@dataclass(frozen=True)
class Every:
    """Every ``period``, counted from 1970 (UTC): every hour is at the full hour."""

    period: timedelta

    def last(self, until: datetime) -> datetime:
        """The latest occurrence that is not after ``until``."""
        return _EPOCH + (until - _EPOCH) // self.period * self.period

    def next(self, after: datetime) -> datetime:
        """The earliest occurrence after ``after``."""
        return self.last(after) + self.period


@dataclass(frozen=True)
class Daily:
    """Once a day at a civil time of the hotline's zone."""

    at: time

    def last(self, until: datetime) -> datetime:
        """The latest occurrence that is not after ``until``."""
        day = until.astimezone(ZONE).date()
        today = datetime.combine(day, self.at, ZONE)
        found = today if today <= until else datetime.combine(day - timedelta(days=1), self.at, ZONE)
        return found.astimezone(UTC)

    def next(self, after: datetime) -> datetime:
        """The earliest occurrence after ``after``."""
        following = self.last(after).astimezone(ZONE).date() + timedelta(days=1)
        return datetime.combine(following, self.at, ZONE).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When work is due. An item's subject is the schedule's name and the moment of the occurrence, in UTC."""

    name: str
    """The key of the row that remembers, so it never changes; at most 32 characters, unique among all schedules."""
    rhythm: Every | Daily
    missed: Missed

    def find_due(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The occurrences to be made after ``after`` and not after ``until``, oldest first."""
        moment = self.rhythm.next(after)
        if self.missed is Missed.LAST:
            moment = max(moment, self.rhythm.last(until))
        while moment <= until:
            yield moment
            moment = self.rhythm.next(moment)

    def subject(self, moment: datetime) -> str:
        """The subject of the item of one occurrence."""
        return f"{self.name} {moment.astimezone(UTC).strftime(_MOMENT)}"


def find_occurrence(subject: str) -> datetime | None:
    """The moment for which a schedule made the item of this subject; None where no schedule did."""
    try:
        return datetime.strptime(subject.rpartition(" ")[2], _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


class Scheduled(Protocol):
    """The part of a :class:`ivr.jobs.handler.Handler` that this module reads."""

    kind: str
    urgency: int

    @property
    def schedules(self) -> Iterable[Schedule]:
        """Its schedules."""


def make_due(store: Store, handlers: Iterable[Scheduled], now: datetime) -> int:
    """Add the items that are due by ``now`` and were not made yet; returns how many.

    A schedule that is seen for the first time begins now: its first item is that of the next occurrence.
    """
    schedules = [(handler, schedule) for handler in handlers for schedule in handler.schedules]
    if not schedules:
        return 0
    with store.reading() as session:  # most looks find nothing, and must not take the writers' lock
        names = [schedule.name for _, schedule in schedules]
        marks = session.scalars(select(ScheduleMark).where(ScheduleMark.name.in_(names)))
        made_until = {mark.name: mark.made_until for mark in marks}
    behind = [
        (handler, schedule)
        for handler, schedule in schedules
        if schedule.name not in made_until or _is_behind(schedule, made_until[schedule.name], now)
    ]
    if not behind:
        return 0
    with store.transaction() as session:
        return sum(_make(session, handler, schedule, now) for handler, schedule in behind)


def _is_behind(schedule: Schedule, made_until: datetime, now: datetime) -> bool:
    return _ran_ahead(made_until, now) or schedule.rhythm.next(made_until) <= now


def _ran_ahead(made_until: datetime, now: datetime) -> bool:
    """A mark more than a day ahead was set by a clock that ran ahead; waiting for it would silence the schedule."""
    return made_until > now + _LONGEST_STEP


def _make(session: Session, handler: Scheduled, schedule: Schedule, now: datetime) -> int:
    insert_missing(session, ScheduleMark, {"name": schedule.name, "made_until": now})
    mark = session.get_one(ScheduleMark, schedule.name, with_for_update=True)
    if _ran_ahead(mark.made_until, now):
        mark.made_until = now
    made = 0
    for moment in islice(schedule.find_due(mark.made_until, now), _MOST):
        made += queue.add(session, handler.kind, schedule.subject(moment), now, urgency=handler.urgency)
        mark.made_until = moment
    if made:
        _forget_done(session, handler.kind, schedule, now - KEPT)
    return made


def _forget_done(session: Session, kind: str, schedule: Schedule, before: datetime) -> None:
    """An occurrence done long ago lies before the mark and can never be made again: its item may go."""
    of_schedule = delete(WorkItem).where(WorkItem.kind == kind, WorkItem.subject.startswith(f"{schedule.name} "))
    session.execute(of_schedule.where(WorkItem.state == WorkState.DONE, WorkItem.done_at < before))

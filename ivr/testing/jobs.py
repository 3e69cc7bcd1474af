"""Handlers for tests, and the claim of one item as a worker of its kind makes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ivr.jobs import queue
from ivr.jobs.attempt import Attempt
from ivr.jobs.handler import Effect, Handler, no_effect
from ivr.jobs.queue import Claimed
from ivr.jobs.schedule import Schedule
from ivr.model import WorkItem
from ivr.store import Store


@dataclass(kw_only=True)
class ScriptedHandler(Handler):
    """Does what the test says; ``worked`` and ``given_up`` are the subjects it has seen."""

    kind: str = "scripted"
    lease_seconds: float = 60
    tries: int = 3
    retry_seconds: float = 30
    urgency: int = queue.ROUTINE
    schedules: Sequence[Schedule] = ()
    during: Callable[[Attempt], Effect] = lambda _attempt: no_effect
    parking: Callable[[Session, WorkItem, str, datetime], None] = lambda *_: None
    worked: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    def work(self, attempt: Attempt) -> Effect:
        self.worked.append(attempt.item.subject)
        return self.during(attempt)

    def parked(self, session: Session, item: WorkItem, error: str, now: datetime) -> None:
        self.given_up.append(item.subject)
        self.parking(session, item, error, now)


def claim(store: Store, kind: str, owner: str, now: datetime, lease: float = 60) -> Claimed | None:
    """Claim an item of one kind for ``lease`` seconds, with three tries."""
    return queue.claim(store, {kind: ScriptedHandler(kind=kind, lease_seconds=lease)}, owner, now)

"""What a kind of work must say of itself, so that queue and worker need not know it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ivr.jobs import queue
from ivr.jobs.attempt import Attempt
from ivr.jobs.schedule import Schedule
from ivr.model import WorkItem

Effect = Callable[[Session, datetime], None]
"""Writes the result of an item in the transaction that finishes it; called again where that transaction failed."""


class Handler(ABC):
    """One kind of work. A worker's threads share it: what belongs to one item belongs into :meth:`work`."""

    kind: str
    """Stored in the items' rows, so it never changes; at most 32 characters."""
    lease_seconds: float = 300.0
    """How long a claim lasts unless it is renewed; at most one hour."""
    tries: int = 3
    """Claims after which an unfinished item is parked."""
    retry_seconds: float = 5.0
    """The pause after a failed try, times the number of the try; at most 15 minutes."""
    urgency: int = queue.ROUTINE
    """Of the items that its schedules make."""
    schedules: Sequence[Schedule] = ()
    """When work of this kind is due by itself."""

    @abstractmethod
    def work(self, attempt: Attempt) -> Effect:
        """Do what takes long, outside any transaction, and return what is to be written.

        The effect commits together with the item's ``done`` or not at all. Any exception costs the item one try.
        Long work calls ``attempt.beat`` every second or so, and reads rows through ``attempt.patiently``.
        """

    @abstractmethod
    def parked(self, session: Session, item: WorkItem, error: str, now: datetime) -> None:
        """Write what others must learn of an item that is given up, in the transaction that parks it."""


def no_effect(_session: Session, _now: datetime) -> None:
    """The :data:`Effect` of work that has nothing to write: the item is done."""

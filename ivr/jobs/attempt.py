"""One try at one work item: keeps its lease while work goes on, waits for a database that is away, knows a stop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import TypeVar

import structlog

from ivr.jobs import queue
from ivr.jobs.queue import Claimed
from ivr.store import Store, StoreAway

AWAY = 2.0
"""Seconds before a database that was away is asked again."""
GRACE = 3.0
"""Seconds beyond its lease after which watched work without a sign of life counts as stuck."""

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class StopAskedError(Exception):
    """The process was asked to stop while it worked: the item is given back, not failed."""


@dataclass(kw_only=True)
class Attempt:
    """What a handler works with; ``now`` is the civil clock of leases, ``monotonic`` decides when to renew them."""

    store: Store
    item: Claimed
    lease_seconds: float
    stop: Event
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    _renewed: float = field(init=False)
    _alive_at: float | None = field(init=False, default=None)
    """When (``monotonic``) watched work last gave a sign of life; None while nothing is watched."""

    def __post_init__(self) -> None:
        self._renewed = self.monotonic()

    def beat(self) -> None:
        """A sign of life, to be given every second or so of long work: ends it on a stop, and keeps the lease.

        :raises StopAskedError, LeaseLost: let both pass; the worker knows what to do.
        """
        if self._alive_at is not None:
            self._alive_at = self.monotonic()
        if self.stop.is_set():
            raise StopAskedError
        if self.monotonic() - self._renewed < self.lease_seconds / 3:
            return
        try:
            queue.renew(self.store, self.item, self.now(), self.lease_seconds)
        except StoreAway as error:  # while it is away no other worker can claim the item; the next beat asks again
            _log.warning("worker.renew_away", kind=self.item.kind, subject=self.item.subject, error=str(error))
            return
        self._renewed = self.monotonic()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Work that must beat: without a sign of life for longer than its lease the process is ended as stuck."""
        self._alive_at = self.monotonic()
        try:
            yield
        finally:
            self._alive_at = None

    def is_stuck(self) -> bool:
        """Whether watched work gave no sign of life for as long as a lease lasts."""
        alive_at = self._alive_at
        return alive_at is not None and self.monotonic() - alive_at > self.lease_seconds + GRACE

    def patiently(self, act: Callable[[], _T]) -> _T:
        """Repeat ``act`` while the database is away: an hour's work is not thrown away for a minute's outage.

        :raises StoreAway: it is away and the process was asked to stop.
        """
        while True:
            try:
                return act()
            except StoreAway as error:
                _log.warning("worker.store_away", error=str(error))
                if self.stop.wait(AWAY):
                    raise

"""The worker: claims items of the kinds it has handlers for, and settles each one way or another.

An item that fails costs its own tries and never the queue; a database that is away is waited for. Asked to stop, the
worker gives the item it holds back as soon as its handler beats.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

import structlog

from ivr.errors import TongdaiError
from ivr.jobs import attempt as attempts
from ivr.jobs import queue, schedule
from ivr.jobs.attempt import Attempt, StopAskedError
from ivr.jobs.handler import Handler
from ivr.jobs.queue import Claimed, LeaseLost
from ivr.store import Store, StoreAway

POLL = 0.5
"""Seconds between looks into an empty queue."""
SCHEDULES_EVERY = 10.0
"""Seconds between looks at what is due by the clock."""

_log = structlog.get_logger(__name__)


@dataclass(kw_only=True)
class Worker:
    """One worker; ``now`` is the civil clock of leases, ``monotonic`` the seconds that decide when to renew them."""

    store: Store
    handlers: Mapping[str, Handler]
    """By kind; items of other kinds are left to other workers."""
    owner: str
    stop: Event
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    _attempt: Attempt | None = field(init=False, default=None)
    _looked_at: float | None = field(init=False, default=None)
    """When (``monotonic``) the schedules were looked at."""

    def is_stuck(self) -> bool:
        """Whether the work at hand gives no sign of life: OpenBLAS without memory, for one, asks for it for ever."""
        attempt = self._attempt
        return attempt is not None and attempt.is_stuck()

    def run(self, *, once: bool = False) -> None:
        """Work until asked to stop; ``once``: until nothing can be claimed."""
        while not self.stop.is_set():
            try:
                worked = self.step()
            except StoreAway as error:
                _log.warning("worker.store_away", error=str(error))
                self.stop.wait(attempts.AWAY)
                continue
            if not worked and once:
                return
            if not worked:
                self.stop.wait(POLL)

    def step(self) -> bool:
        """Claim one item and settle it one way or another; False when there was none to claim."""
        self._make_due()
        claimed = queue.claim(self.store, self.handlers, self.owner, self.now())
        if claimed is None:
            return False
        handler = self.handlers[claimed.kind]
        self._attempt = Attempt(
            store=self.store,
            item=claimed,
            lease_seconds=handler.lease_seconds,
            stop=self.stop,
            now=self.now,
            monotonic=self.monotonic,
        )
        try:
            self._settle(handler, self._attempt)
        finally:
            self._attempt = None
        return True

    def _settle(self, handler: Handler, attempt: Attempt) -> None:
        item = attempt.item
        log = _log.bind(kind=item.kind, subject=item.subject)
        try:
            effect = handler.work(attempt)
            attempt.patiently(lambda: self._finish(item, effect))
        except StopAskedError:
            queue.release(self.store, item)
            log.info("worker.released")
        except LeaseLost as error:
            log.warning("worker.lease_lost", error=str(error))
        except (TongdaiError, OSError, MemoryError) as error:
            self._fail(handler, attempt, str(error) or type(error).__name__)
        except Exception as error:  # whatever it is, it may cost this item's tries but not the queue
            log.exception("worker.unexpected")
            self._fail(handler, attempt, f"{type(error).__name__}: {error}")

    def _finish(self, item: Claimed, effect: Callable[..., None]) -> None:
        now = self.now()
        with self.store.transaction() as session:
            effect(session, now)
            queue.finish(session, item, now)

    def _fail(self, handler: Handler, attempt: Attempt, reason: str) -> None:
        item = attempt.item
        state = attempt.patiently(lambda: queue.fail(self.store, handler, item, reason, self.now()))
        _log.warning(
            "worker.failed", kind=item.kind, subject=item.subject, attempt=item.attempt, state=str(state), reason=reason
        )

    def _make_due(self) -> None:
        """Look at the schedules now and then; a database that is away is asked again at the next step."""
        if self._looked_at is not None and self.monotonic() - self._looked_at < SCHEDULES_EVERY:
            return
        made = schedule.make_due(self.store, self.handlers.values(), self.now())
        self._looked_at = self.monotonic()
        if made:
            _log.info("worker.scheduled", items=made)

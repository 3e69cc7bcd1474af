"""The sweep in a thread of its own: at start, then every ``sweep_every`` seconds."""

from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

import structlog

from ivr.filing.sweep import SweepReport, sweep
from ivr.settings import Settings
from ivr.spool import Spool
from ivr.store import Store, StoreAway

_log = structlog.get_logger(__name__)


class Sweeping:
    """Runs until stopped; a sweep that fails is logged and the next one tries again."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        now: Callable[[], datetime],
        live_channels: Callable[[], set[str] | None],
    ) -> None:
        self._settings = settings
        self._store = store
        self._now = now
        self._live_channels = live_channels
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="sweep", daemon=True)
        self.last: SweepReport | None = None
        """What the latest sweep did."""

    def start(self) -> None:
        """Sweep now and from now on."""
        self._thread.start()

    def stop(self) -> None:
        """No further sweep; one under way gets 3 s (every point of it may be its last)."""
        self._stopping.set()
        self._thread.join(3)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                # the channels first: who calls after that has files too young to be touched
                live = self._live_channels()
                spool = Spool(self._settings)
                self.last = sweep(self._settings, self._store, spool, self._now(), live, ask_again=self._live_channels)
            except StoreAway:
                pass  # the report says so already
            except Exception:  # the next sweep must come whatever this one met
                _log.exception("sweep.failed")
            self._stopping.wait(self._settings.sweep_every)

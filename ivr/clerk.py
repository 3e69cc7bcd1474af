"""The clerk files what a call leaves in the spool, in the background, so that no caller ever waits for a database."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic

import structlog

from ivr.codes import CodeBook
from ivr.desk import intake
from ivr.filing import file_one, renew_codes
from ivr.settings import Settings
from ivr.spool import CallJournal, Held, Spool, read_journal
from ivr.spool.journal import journal_path
from ivr.store import Store, StoreAway

PAUSE = 2.0
"""Seconds in which nothing is tried after the database was away: the sweep files what waits meanwhile."""
MOST_WAITING = 10_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Task:
    name: str
    ulid: str
    run: Callable[[], None]


class Clerk:
    """One background thread with a queue. Its methods never block and never raise; what fails is the sweep's."""

    def __init__(
        self, settings: Settings, store_factory: Callable[[], Store], *, now: Callable[[], datetime] | None = None
    ) -> None:
        """``store_factory`` is called in the clerk's own thread, at its first task; ``now`` defaults to the clock."""
        self._settings = settings
        self._spool = Spool(settings)
        self._codes = CodeBook(settings.codes)
        self._store_factory = store_factory
        self._now = now or _utc_now
        self._store: Store | None = None
        self._tasks: Queue[_Task | None] = Queue(MOST_WAITING)
        self._waiting: set[str] = set()
        """Reports given and not begun: filing takes the newest version, so each waits once."""
        self._unkept: dict[str, CallJournal] = {}
        self._stopping = Event()
        self._away_until = 0.0
        self._remembering = _Task(name="remember", ulid="", run=self._record_unkept)
        self._thread = Thread(target=self._work, name="clerk", daemon=True)
        self._thread.start()

    def call_started(self, journal: CallJournal) -> None:
        """Show the call as it begins."""
        self._add("call_started", journal.ulid, lambda: self._record(journal))

    def report(self, ulid: str) -> None:
        """File a report, or the answers that came after it was filed."""
        if ulid not in self._waiting:
            self._waiting.add(ulid)
            self._add("report", ulid, lambda: self._file(ulid))

    def remember(self, journal: CallJournal) -> None:
        """Close the row of a call whose end the disk did not take: kept in memory until the database has it."""
        if len(self._unkept) < MOST_WAITING:
            self._unkept[journal.ulid] = journal

    def call_ended(self, ulid: str) -> None:
        """File what is left of the call, close its row and remove its journal."""
        self._add("call_ended", ulid, lambda: self._close(ulid))

    def renew_codes(self) -> None:
        """Lease another block of codes if few are left."""
        self._add("renew_codes", "", lambda: self._renew())

    def wait(self, timeout: float) -> bool:
        """Wait until all tasks given so far are done or left to the sweep; whether that was within ``timeout`` s."""
        done = Event()
        self._add("wait", "", done.set)
        return done.wait(timeout)

    def close(self, timeout: float = 3.0) -> None:
        """Finish what waits, for at most ``timeout`` seconds; the sweep does the rest."""
        with suppress(Full):
            self._tasks.put_nowait(None)
        self._thread.join(timeout)
        self._stopping.set()
        self._thread.join(0.1)

    def _add(self, name: str, ulid: str, run: Callable[[], None]) -> None:
        try:
            self._tasks.put_nowait(_Task(name=name, ulid=ulid, run=run))
        except Full:
            self._waiting.discard(ulid)
            _log.warning("clerk.full", task=name, ulid=ulid)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                task = self._tasks.get(timeout=0.5)
            except Empty:
                if self._unkept:
                    self._do(self._remembering)
                continue
            if task is None:
                break
            self._do(task)
        if self._unkept:
            self._do(self._remembering)
        if self._store is not None:
            self._store.close()

    def _do(self, task: _Task) -> None:
        self._waiting.discard(task.ulid)  # before the sidecar is read: a version saved after this is given again
        if monotonic() < self._away_until and task.name != "wait":
            return
        try:
            task.run()
        except StoreAway as error:
            self._away_until = monotonic() + PAUSE
            _log.warning("clerk.store_away", task=task.name, ulid=task.ulid, error=str(error))
        except Exception:  # one call's trouble must not stop the filing of all others
            _log.exception("clerk.failed", task=task.name, ulid=task.ulid)

    def _open(self) -> Store:
        if self._store is None:
            self._store = self._store_factory()
        return self._store

    def _record(self, journal: CallJournal) -> None:
        with self._open().transaction() as session:
            intake.record_call(session, journal, self._now())

    def _record_unkept(self) -> None:
        for ulid, journal in list(self._unkept.items()):
            self._record(journal)
            del self._unkept[ulid]

    def _file(self, ulid: str) -> None:
        file_one(self._settings, self._open(), self._spool, ulid, self._now())
        self._renew()

    def _close(self, ulid: str) -> None:
        file_one(self._settings, self._open(), self._spool, ulid, self._now())
        path = journal_path(self._spool.folder, ulid)
        with suppress(FileNotFoundError):
            self._record(read_journal(path))
            path.unlink()
        with suppress(Held), self._spool.hold(ulid):
            pass  # letting go removes the lock file with the last file of the call

    def _renew(self) -> None:
        renew_codes(self._open(), self._codes, self._now())


def _utc_now() -> datetime:
    return datetime.now(UTC)

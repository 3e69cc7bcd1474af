"""Files what a call leaves in the spool, in the background, so that no caller ever waits for a database.

A report is filed as soon as it is sent. Answers that come after that are filed together with the end of the call, or
after :data:`LATER` seconds where the caller stays on: each transaction costs as much as half a call's dialogue.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic

import structlog

from ivr.filing.filing import Outcome, close_call, file_one, renew_codes
from ivr.services import calls
from ivr.settings import Settings
from ivr.spool import CallJournal, Spool
from ivr.spool.codebook import CodeBook
from ivr.spool.journal import journal_path, read_journal
from ivr.store import Store, StoreAway

PAUSE = 2.0
"""Seconds in which nothing is tried after the database was away: the sweep files what waits meanwhile."""
MOST_WAITING = 10_000
LATER = 30.0
"""Seconds after which answers to a filed report reach its ticket at the latest: from the report to the end of the code
read twice it is 28 to 30 s (docs/bench.md), so that whoever does not ask for more costs one transaction less."""
RENEWAL = 1.0
"""Seconds between two looks at how many codes are left."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Task:
    name: str
    ulid: str
    run: Callable[[], None]


class BackgroundFiler:
    """One background thread with a queue. Its methods never block and never raise; what fails is the sweep's."""

    def __init__(
        self, settings: Settings, store_factory: Callable[[], Store], *, now: Callable[[], datetime] | None = None
    ) -> None:
        """``store_factory`` is called in the filer's own thread, at its first task; ``now`` defaults to the clock."""
        self._settings = settings
        self._spool = Spool(settings)
        self._codes = CodeBook(settings.codes)
        self._store_factory = store_factory
        self._now = now or _utc_now
        self._store: Store | None = None
        self._tasks: Queue[_Task | None] = Queue(MOST_WAITING)
        self._waiting: set[str] = set()
        """Reports given and not begun: filing takes the newest version, so each waits once."""
        self._filed: set[str] = set()
        """Reports this filer has made tickets of, and whose end it has not seen."""
        self._later: deque[tuple[float, str]] = deque()
        self._answered: set[str] = set()
        """Filed reports with newer answers."""
        self._ending: set[str] = set()
        self._renewal_at = 0.0
        self._unkept: dict[str, CallJournal] = {}
        self._stopping = Event()
        self._away_until = 0.0
        self._remembering = _Task(name="remember", ulid="", run=self._record_unkept)
        self._thread = Thread(target=self._work, name="background-filer", daemon=True)
        self._thread.start()

    def call_started(self, journal: CallJournal) -> None:
        """Show the call as it begins."""
        self._add("call_started", journal.ulid, lambda: self._record(journal))

    def call_waits(self, ulid: str) -> None:
        """Show what the caller of a queue pressed and heard so far: whoever answers reads it while it rings."""
        self._add("call_waits", ulid, lambda: self._show(ulid))

    def report(self, ulid: str) -> None:
        """File a report, or, later, the answers given after it was filed."""
        if ulid in self._filed:
            if ulid not in self._answered:
                self._answered.add(ulid)
                self._later.append((monotonic() + LATER, ulid))
        elif ulid not in self._waiting:
            self._waiting.add(ulid)
            self._add("report", ulid, lambda: self._file(ulid))

    def remember(self, journal: CallJournal) -> None:
        """Close the row of a call whose end the disk did not take: kept in memory until the database has it."""
        if len(self._unkept) < MOST_WAITING:
            self._unkept[journal.ulid] = journal

    def call_ended(self, ulid: str) -> None:
        """File what is left of the call, close its row and remove its journal."""
        self._ending.add(ulid)
        self._add("call_ended", ulid, lambda: self._close(ulid))

    def renew_codes(self) -> None:
        """Lease another block of codes if few are left."""
        self._add("renew_codes", "", lambda: self._renew())

    def wait(self, timeout: float) -> bool:
        """Wait until all tasks given so far are done or left to the sweep; whether that was within ``timeout`` s."""
        done = Event()

        def reach() -> None:
            self._file_later(everything=True)
            done.set()

        self._add("wait", "", reach)
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
            self._ending.discard(ulid)
            _log.warning("filer.full", task=name, ulid=ulid)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._file_later()
            try:
                task = self._tasks.get(timeout=0.5)
            except Empty:
                if self._unkept:
                    self._do(self._remembering)
                continue
            if task is None:
                break
            self._do(task)
        self._file_later(everything=True)
        if self._unkept:
            self._do(self._remembering)
        if self._store is not None:
            self._store.close()

    def _do(self, task: _Task) -> None:
        self._waiting.discard(task.ulid)  # before the sidecar is read: a version saved after this is given again
        if monotonic() < self._away_until and task.name != "wait":
            self._forget(task.ulid)  # the sweep's from here on: a long outage must not leave every call in memory
            return
        try:
            task.run()
        except StoreAway as error:
            self._away_until = monotonic() + PAUSE
            _log.warning("filer.store_away", task=task.name, ulid=task.ulid, error=str(error))
        except OSError as error:  # a full disk: the sweep files it as soon as there is room
            _log.error("filer.unwritable", task=task.name, ulid=task.ulid, error=str(error))
        except Exception:  # one call's trouble must not stop the filing of all others
            _log.exception("filer.failed", task=task.name, ulid=task.ulid)

    def _open(self) -> Store:
        if self._store is None:
            self._store = self._store_factory()
        return self._store

    def _record(self, journal: CallJournal) -> None:
        with self._open().transaction() as session:
            calls.record_call(session, journal, self._now())

    def _show(self, ulid: str) -> None:
        with suppress(FileNotFoundError):  # the disk took none, or the call is over and closed
            journal = read_journal(journal_path(self._spool.folder, ulid))
            self._record(replace(journal, steps=journal.steps[:-1]))  # the last is the wait, whose outcome comes later

    def _record_unkept(self) -> None:
        for ulid, journal in list(self._unkept.items()):
            self._record(journal)
            del self._unkept[ulid]

    def _file_later(self, *, everything: bool = False) -> None:
        """File the answers that have waited long enough."""
        while self._later and (everything or self._later[0][0] <= monotonic()):
            _, ulid = self._later.popleft()
            if ulid in self._answered:
                self._answered.discard(ulid)  # before the sidecar is read, as with reports
                self._do(_Task(name="answers", ulid=ulid, run=partial(self._file, ulid)))

    def _file(self, ulid: str) -> None:
        if ulid in self._ending:
            return  # files it together with the end of its call
        known = ulid in self._filed
        self._filed.discard(ulid)
        if file_one(self._settings, self._open(), self._spool, ulid, self._now(), known=known) is Outcome.FILED:
            self._filed.add(ulid)
        self._renew_if_due()

    def _close(self, ulid: str) -> None:
        known = ulid in self._filed
        self._forget(ulid)
        close_call(self._settings, self._open(), self._spool, ulid, self._now(), known=known)

    def _forget(self, ulid: str) -> None:
        for names in (self._filed, self._answered, self._ending):
            names.discard(ulid)

    def _renew_if_due(self) -> None:
        if monotonic() >= self._renewal_at:
            self._renew()
            self._renewal_at = monotonic() + RENEWAL

    def _renew(self) -> None:
        renew_codes(self._open(), self._codes, self._now())


def _utc_now() -> datetime:
    return datetime.now(UTC)

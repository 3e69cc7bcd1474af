"""What is new in the outbox, read by one thread: SQLite says when it changed, PostgreSQL is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from ivr.model.work import Outbox
from ivr.services import outbox
from ivr.store import Store, StoreAway

EVERY = 0.25
"""Seconds between looks."""
OVERLAP = 10.0
"""Seconds a smaller id may come after a larger one on PostgreSQL: ids are given before the commit."""
AWAY_PAUSE = 1.0
PAGE = 500

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One outbox row as pages get it."""

    id: int
    topic: str
    subject: str
    data: dict[str, Any]


def change_of(row: Outbox) -> Change:
    """The row outside its session."""
    return Change(id=row.id, topic=row.topic, subject=row.subject, data=row.data)


class Tail:
    """Calls ``on_changes`` from its own thread with what was committed since the last look."""

    def __init__(self, store: Store, on_changes: Callable[[list[Change]], None]) -> None:
        self._store = store
        self._on_changes = on_changes
        self._floor: int | None = None
        """Every id up to this was seen long ago; None before the first look."""
        self._seen: dict[int, float] = {}
        self._version: int | None = None
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="outbox", daemon=True)
        self.away = True
        """The database cannot be read now."""

    def start(self) -> None:
        """Begin at the newest row."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; waits for the look under way."""
        self._stopping.set()
        self._thread.join(3)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow()
            except (StoreAway, SQLAlchemyError) as error:
                if not self.away:
                    _log.warning("outbox.store_away", error=str(error).partition("\n")[0])
                self.away = True
                self._stopping.wait(AWAY_PAUSE)

    def _follow(self) -> None:
        """Follow until the database goes away; after that everything since is read."""
        self._begin()
        if self._store.dialect != "sqlite":
            self._poll(lambda: True)
            return
        self._version = None
        with self._store.engine.connect().execution_options(raw=True) as connection:
            self._poll(lambda: self._has_changed(connection))

    def _poll(self, is_due: Callable[[], bool]) -> None:
        while not self._stopping.is_set():
            if is_due():
                while self._read():
                    pass  # a full page: there is more
            self.away = False
            self._stopping.wait(EVERY)

    def _begin(self) -> None:
        """At the newest row at first, later where we were, unless its place was taken by another database."""
        with self._store.reading() as session:
            last = outbox.last(session)
        if self._floor is None or last < self._floor:
            self._floor, self._seen = last, {}

    def _has_changed(self, connection: Any) -> bool:
        """Whether another connection committed since: SQLite counts that without touching a table."""
        version = connection.exec_driver_sql("PRAGMA data_version").scalar()
        changed: bool = version != self._version
        self._version = version
        return changed

    def _read(self) -> bool:
        """Pass on what is new; whether there may be more."""
        now = monotonic()
        limit = PAGE + len(self._seen)
        with self._store.reading() as session:
            rows = outbox.read(session, self._floor or 0, limit)
            fresh = [change_of(row) for row in rows if row.id not in self._seen]
        self._seen.update((change.id, now) for change in fresh)
        overlap = OVERLAP if self._store.dialect == "postgresql" else 0
        old = [number for number, at in self._seen.items() if now - at >= overlap]
        self._floor = max(self._floor or 0, *old, 0)
        self._seen = {number: at for number, at in self._seen.items() if number > self._floor}
        if fresh:
            self._on_changes(fresh)
        return len(rows) == limit

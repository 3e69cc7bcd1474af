"""The two questions that a call puts to the database, and never waits long for: a ticket's state, its own standing."""

import threading
from datetime import datetime
from typing import assert_never

import structlog

from ivr.callcentre.promises import Standing
from ivr.engine.dependencies import Answer, CannotLook, Found, NotFound, TooMany
from ivr.model.report import CallFacts
from ivr.secrets import pin_mac
from ivr.services.attempts import Locked
from ivr.services.lookup import Status, WrongStatus, find_status
from ivr.services.queue_standing import find_standing
from ivr.settings import Settings
from ivr.store import Store, StoreAway, open_store

PATIENCE = 2.0
"""Seconds a caller waits for a locked or distant database before hearing that they should try later."""

_log = structlog.get_logger(__name__)


class CallerLookup:
    """Opens the database at the first question: the server starts and takes calls without one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store: Store | None = None
        self._guard = threading.Lock()

    def find_status(self, code: str, secret: str, source: str, now: datetime) -> Answer:
        """What the caller hears; tries are counted for ``source`` and for the code."""
        try:
            with self._open().transaction() as session:
                reply = find_status(session, code, secret, source, now, pin_mac=self._pin_mac)
        except StoreAway as error:
            _log.warning("status.store_away", error=str(error))
            return CannotLook()
        except Exception:  # whatever it is, the caller hears that it cannot be looked up now
            _log.exception("status.failed")
            return CannotLook()
        match reply:
            case Status():
                return Found(
                    state=reply.state,
                    agency=reply.agency,
                    due_at=reply.due_at,
                    overdue=reply.overdue,
                    refusal=reply.refusal,
                )
            case WrongStatus():
                return NotFound()
            case Locked():
                return TooMany()
            case _:
                assert_never(reply)

    def find_standing(self, call: CallFacts, queue: str, now: datetime) -> Standing:
        """What earlier calls say; nothing where the database is away: the caller waits as any other."""
        try:
            with self._open().reading() as session:
                return find_standing(session, call, queue, now)
        except StoreAway as error:
            _log.warning("standing.store_away", error=str(error))
        except Exception:
            _log.exception("standing.failed")
        return Standing()

    def close(self) -> None:
        """Let go of the database."""
        with self._guard:
            if self._store is not None:
                self._store.close()
                self._store = None

    def _open(self) -> Store:
        with self._guard:
            if self._store is None:
                self._store = open_store(self._settings, busy=PATIENCE)
            return self._store

    def _pin_mac(self, ulid: str, pin: str) -> str:
        return pin_mac(self._settings, ulid, pin)

"""Calls that wait in a queue and of which a full disk took nothing: until they come back they are in memory."""

import threading
from collections import OrderedDict

from ivr.spool import CallJournal

MOST = 1000
"""Kept at once; of more the eldest goes. One whose Asterisk died in the queue never comes back for its entry."""


class Unwritten:
    """By ULID; used by all call threads."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, CallJournal] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, journal: CallJournal) -> None:
        """Until it is dropped."""
        with self._lock:
            self._calls.pop(journal.ulid, None)
            self._calls[journal.ulid] = journal
            while len(self._calls) > MOST:
                self._calls.popitem(last=False)

    def find(self, ulid: str) -> CallJournal | None:
        """The call as it went into its queue; it stays here, because who asks may be another line."""
        with self._lock:
            return self._calls.get(ulid)

    def drop(self, ulid: str) -> None:
        """The call is back."""
        with self._lock:
            self._calls.pop(ulid, None)

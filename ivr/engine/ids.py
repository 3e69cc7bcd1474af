"""ULIDs in the order in which they were asked for, also when the machine's clock is set back meanwhile."""

from datetime import datetime, timedelta
from threading import Lock

from ulid import ULID

LONGEST_STEP = timedelta(days=1)
"""A clock set back further than this had been wrong: ids follow it again, rather than stay ahead for so long."""
_RANDOM_BITS = 80


class Ids:
    """For all threads of one server: the next id is greater than every one before, as the ULID specification asks."""

    def __init__(self) -> None:
        self._last = 0
        self._guard = Lock()

    def new(self, moment: datetime) -> str:
        """An id of this moment; of just after the last id where that one is later."""
        wanted = int(ULID.from_datetime(moment))
        with self._guard:
            ahead = timedelta(milliseconds=(self._last >> _RANDOM_BITS) - (wanted >> _RANDOM_BITS))
            self._last = wanted if ahead > LONGEST_STEP else max(wanted, self._last + 1)
            return str(ULID.from_int(self._last))

"""Ticket codes without the database: this instance's leased block on disk, a number durable as used before spoken."""

import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock

import structlog

from ivr.durable import Held, locked, write_durably
from ivr.model.civil import civil_year
from ivr.model.code import MOST, make_code

BLOCK = 500
"""Numbers taken from the database at once; renewed below half of it."""
ALARM = MOST * 8 // 10
"""Number of a year from which the log warns at every block."""

Lease = Callable[[int, int], range]
"""(year, size) → numbers that are ours from now on, committed before they are returned."""

_log = structlog.get_logger(__name__)


class CodeBook:
    """The blocks in ``<home>/codes``, shared by all processes of an instance; gaps are normal, repeats impossible."""

    def __init__(self, folder: Path, *, ahead: int = 1) -> None:
        """``ahead``: numbers that are made durable as used at once and given from memory; some are a gap at the end."""
        self._folder = folder
        self._ahead = ahead
        self._used: list[str] = []
        self._used_year = 0
        self._guard = Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, now: datetime) -> str | None:
        """A nine-digit code given only once, or None without a block of this civil year (Asia/Ho_Chi_Minh).

        The number is on disk as used before this returns; OSError (disk full) counts as no block.
        """
        year = civil_year(now)
        try:
            with self._guard:
                if year != self._used_year:
                    self._used, self._used_year = [], year
                if not self._used:
                    self._used = self._use(year)
                return self._used.pop(0) if self._used else None
        except OSError as error:
            _log.error("codes.unwritable", folder=str(self._folder), error=error.strerror)
            return None

    def _use(self, year: int) -> list[str]:
        """The next codes of the block, used on disk from now on; none without a block."""
        with locked(self._folder / "lock", wait=True):
            ranges = self._read(year)
            if not ranges:
                return []
            first, *others = ranges
            self._write(year, [rest for rest in (first[self._ahead :], *others) if rest])
            return [make_code(year, number) for number in first[: self._ahead]]

    def left(self, now: datetime) -> int:
        """How many codes of this year can be given without the database."""
        with locked(self._folder / "lock", wait=True):
            return sum(len(span) for span in self._read(civil_year(now)))

    def renew(self, lease: Lease, now: datetime) -> bool:
        """Lease another block when fewer than half a block is left; whether one was leased.

        Callers go on taking codes meanwhile: the database is asked outside their lock. Errors of ``lease`` are
        passed on. A crash between lease and write leaves a gap.
        """
        try:
            with locked(self._folder / "renew.lock", wait=False):
                if self.left(now) >= BLOCK // 2:
                    return False
                year = civil_year(now)
                numbers = lease(year, BLOCK)
                with locked(self._folder / "lock", wait=True):
                    self._write(year, [*self._read(year), numbers])
        except Held:
            return False  # another process is renewing
        if numbers.stop > ALARM:
            _log.warning("codes.year_nearly_used", year=year, next=numbers.stop, most=MOST)
        return True

    def _path(self, year: int) -> Path:
        return self._folder / f"{year}.json"

    def _read(self, year: int) -> list[range]:
        """The unused numbers; a file that cannot be read is set aside: its numbers become a gap, never a repeat."""
        path = self._path(year)
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return []
        try:
            block = json.loads(text)
            ranges = [range(int(first), int(stop)) for first, stop in block["ranges"]]
            sound = block == _block(year, ranges)
        except (ValueError, TypeError, KeyError):
            sound = False
        if not sound:
            aside = path.with_suffix(".broken")
            path.replace(aside)
            _log.error("codes.block_broken", kept_as=str(aside))
            return []
        return ranges

    def _write(self, year: int, ranges: list[range]) -> None:
        write_durably(self._path(year), json.dumps(_block(year, ranges)).encode())


def _block(year: int, ranges: list[range]) -> dict[str, object]:
    """What a block file holds; the checksum reveals a flipped digit, which would speak a code twice."""
    numbers = [[span.start, span.stop] for span in ranges]
    return {"year": year, "ranges": numbers, "sha256": sha256(repr((year, numbers)).encode()).hexdigest()}

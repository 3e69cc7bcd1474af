"""Follow a call's journal while the call lasts: what is being played, and how it ended."""

import asyncio
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ivr.spool import find_journals
from ivr.spool.journal import SUFFIX

POLL = 0.03
"""Seconds between looks at the journal."""


class Tail:
    """One journal; stays readable after the background filer has filed and removed it."""

    def __init__(
        self,
        file: IO[bytes],
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """``wall_clock`` is the one by which the file's time stamps are."""
        self._file = file
        self._clock, self._wall_clock = clock, wall_clock
        self._looked: float | None = None
        self._rest = b""
        self.ulid = ""
        self.plays: list[tuple[str, ...]] = []
        """Prompt ids of each thing played, in order."""
        self.written_at: list[float] = []
        """For each of :attr:`plays` the moment at which the journal said so at the earliest (monotonic seconds).

        Whoever looks at the journal late sees a prompt late: what answers it was meant for this moment.
        """
        self.early: list[float] = []
        """For each of :attr:`plays` the seconds after its beginning in which keys may be dropped."""
        self.lines: list[str] = []
        """For each of :attr:`plays` its node and prompts, for people who watch."""
        self.queues = 0
        """How often the caller was led to a queue, to wait for a person."""
        self.end: str | None = None
        """How the call ended."""

    def read(self) -> None:
        """Take in what was written since."""
        now = self._clock()
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        written = self._written(now) if lines else now
        self._looked = now
        for line in lines:
            match _values(line):
                case {"line": "start", "ulid": ulid}:
                    self.ulid = ulid
                case {"line": "playing", "node": node, "prompts": prompts, **more}:
                    self.plays.append(tuple(prompts))
                    self.early.append(float(more.get("after", 0.0)))
                    self.written_at.append(written)
                    self.lines.append(f"{node:<12} ♪ {' '.join(prompts)}")
                case {"line": "left"}:
                    self.queues += 1
                case {"line": "end", "reason": reason}:
                    self.end = reason

    def _written(self, now: float) -> float:
        """When what is new was written at the earliest: after the last look, had that come when it was due."""
        age = max(0.0, self._wall_clock() - os.fstat(self._file.fileno()).st_mtime)
        return min(now - age, now if self._looked is None else self._looked + POLL)

    async def wait_for(self, prompt: str, since: int) -> int | None:
        """Index of the first thing played from ``since`` on that holds ``prompt``; None when the call ended first."""
        while True:
            self.read()
            for index in range(since, len(self.plays)):
                if prompt in self.plays[index]:
                    return index
            if self.end is not None:
                return None
            await asyncio.sleep(POLL)

    async def wait_for_queue(self) -> None:
        """Return when the caller has been led to a queue, or the call has ended."""
        while not self.queues and self.end is None:
            await asyncio.sleep(POLL)
            self.read()

    async def wait_for_more(self) -> None:
        """Return when something new is played, or the call ends."""
        played = len(self.plays)
        while len(self.plays) == played and self.end is None:
            await asyncio.sleep(POLL)
            self.read()

    async def wait_for_end(self) -> str:
        """How the call ended, once it has."""
        while self.end is None:
            await asyncio.sleep(POLL)
            self.read()
        return self.end

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class Journals:
    """Finds the journal of a call by its caller's name; one for all calls that are played together.

    Forty callers who wait at once look into the folder once between them: each by itself, they would be late.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known = {path.name for path in find_journals(folder)}
        self._looked = 0.0
        self._new: dict[Path, str] = {}
        """Journals that belong to no caller yet, with the caller's name in each."""

    async def find(self, caller_name: str) -> Tail:
        """Follow the journal of the call whose caller's name begins with ``caller_name``, once it is there."""
        while True:
            self._look()
            for path in [path for path, name in self._new.items() if name.startswith(caller_name)]:
                del self._new[path]
                with suppress(FileNotFoundError):  # a call that was over and filed before it was looked for
                    return Tail(path.open("rb"))
            await asyncio.sleep(POLL)

    def _look(self) -> None:
        """Read the names in journals that are new; at most once in :data:`POLL` seconds."""
        now = time.monotonic()
        if now - self._looked < POLL / 2:
            return
        self._looked = now
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            new = [entry.name for entry in entries if entry.name.endswith(SUFFIX) and entry.name not in self._known]
            for file in sorted(new):
                first = _values((self._folder / file).read_bytes().partition(b"\n")[0])
                if "caller_name" in first:  # else its first line is still being written
                    self._known.add(file)
                    self._new[self._folder / file] = first["caller_name"]


def _values(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}

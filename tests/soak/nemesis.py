"""Kills a process of one hotline now and then, always one that this hotline's own supervisor started."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import psutil

from ivr.settings import Settings
from tests.soak.citizen import Surroundings

BACK_WITHIN = 60.0
"""Seconds within which what was killed must serve again."""


@dataclass(frozen=True, kw_only=True)
class Kill:
    """One kill, and how long until the process served again (None: not within :data:`BACK_WITHIN`)."""

    name: str
    at: float
    back_after: float | None


class Nemesis:
    """Each kind once before any comes again, in random order."""

    def __init__(self, settings: Settings, around: Surroundings, seed: str, order: Sequence[str] = ()) -> None:
        """``order`` names processes in the order in which they die; without it, chance says."""
        self._settings, self._around = settings, around
        self._random = Random(f"{seed}:nemesis")
        self._order = order
        self._bag: list[str] = []
        self.kills: list[Kill] = []

    async def haunt(self, seconds: float, every: float) -> None:
        """Kill every ``every`` seconds as long as the time lasts."""
        began = time.monotonic()
        until, due = began + seconds, began + every / 2
        while due < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            kill = await self._kill()
            self.kills.append(kill)
            back = "NOT BACK" if kill.back_after is None else f"back after {kill.back_after:.1f} s"
            print(f"  {kill.at - began:4.0f} s: killed {kill.name}, {back}", flush=True)
            due += every

    async def _kill(self) -> Kill:
        rooms = {row["name"]: row for row in self._rooms()}
        if not self._bag:
            self._bag = list(reversed(self._order)) or self._random.sample(sorted(rooms), len(rooms))
        name = self._bag.pop()
        pid = rooms[name]["pid"]
        at = time.monotonic()
        if pid is not None and self._is_ours(pid):
            if name == "asterisk":
                self._around.asterisk_deaths.append(at)
            os.kill(pid, signal.SIGKILL)
        while time.monotonic() - at < BACK_WITHIN:
            row = next(row for row in self._rooms() if row["name"] == name)
            if row["pid"] not in (None, pid) and row["state"] == "ready":
                return Kill(name=name, at=at, back_after=time.monotonic() - at)
            await asyncio.sleep(0.1)
        return Kill(name=name, at=at, back_after=None)

    def _rooms(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads((self._settings.run / "status.json").read_text(encoding="utf-8"))
        return rows

    def _is_ours(self, pid: int) -> bool:
        """A child of the supervisor that holds this home."""
        supervisor = int((self._settings.run / "run.pid").read_text(encoding="ascii"))
        try:
            return psutil.Process(pid).ppid() == supervisor
        except psutil.NoSuchProcess:
            return False

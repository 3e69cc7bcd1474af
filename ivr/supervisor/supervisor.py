"""Keeps a list of children up: starts them together, restarts what dies, ends them in reverse order."""

import json
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ivr.process.log_files import bound_log
from ivr.supervisor.child import Child, Spec, State, note
from ivr.words import tr

KILL_AFTER = 4.0
"""Seconds after which a stop becomes SIGKILL."""
STEP = 0.4
"""Seconds one child gets to end before the next one is asked too: the whole stop stays within five seconds."""
TICK = 0.1


class Supervisor:
    """The children and the loop around them. ``say`` prints a line, ``now`` is monotonic seconds."""

    def __init__(
        self,
        specs: Sequence[Spec],
        *,
        status: Path,
        say: Callable[[str], None],
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.children = [Child(spec=spec) for spec in specs]
        self._status, self._say, self._now, self._sleep = status, say, now, sleep

    def start(self) -> None:
        """Start every child, in order, without waiting for any."""
        for child in self.children:
            child.start(self._now())
        self._write_status()

    def wait_ready(self, seconds: float, stopped: Callable[[], bool]) -> bool:
        """Tick until all are ready or parked, the time has passed, or a stop is asked for; whether all are ready."""
        until = self._now() + seconds
        while self._now() < until and not stopped():
            self.tick()
            if all(child.state in (State.READY, State.PARKED) for child in self.children):
                break
            self._sleep(TICK)
        return all(child.state is State.READY for child in self.children)

    def run(self, stopped: Callable[[], bool], each_tick: Callable[[], None] = lambda: None) -> None:
        """Keep all up until ``stopped``."""
        while not stopped():
            self.tick()
            each_tick()
            self._sleep(TICK)

    def tick(self) -> None:
        """One look at every child; what changed is said and written down."""
        changed = False
        for child in self.children:
            if child.tick(self._now()):
                changed = True
                self._tell(child)
            bound_log(child.spec.log)
        if changed:
            self._write_status()

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """SIGTERM in reverse order, SIGKILL after four seconds, or at once when ``hurry`` (a second Ctrl-C) says so."""
        until = self._now() + KILL_AFTER
        asked: list[Child] = []
        for child in reversed(self.children):
            child.ask_to_stop(signal.SIGTERM)
            asked.append(child)
            step = min(self._now() + STEP, until)
            while self._now() < step and not child.gone() and not hurry():
                self._sleep(TICK / 2)
        while [child for child in asked if not child.gone()]:
            if self._now() >= until or hurry():
                for child in asked:
                    child.kill()
            else:
                self._sleep(TICK / 2)
        for child in self.children:
            child.stopped()
        self._write_status()

    def _tell(self, child: Child) -> None:
        name, log, now = child.spec.name, child.spec.log, self._now()
        match child.state:
            case State.WAITING:
                self._say(
                    tr(
                        f"! {name} đã dừng ({child.how_it_died}), khởi động lại sau {child.pause_left(now):.1f} giây; "
                        f"nhật ký: {log}",
                        f"! {name} ended ({child.how_it_died}), restarts in {child.pause_left(now):.1f} s; log: {log}",
                    )
                )
            case State.PARKED:
                self._say(
                    tr(
                        f"✗ {name} dừng năm lần trong một phút nên không khởi động lại nữa. "
                        f"Xem {log}, sửa lỗi rồi chạy lại `tongdai run`.",
                        f"✗ {name} ended five times within a minute and stays down. "
                        f"See {log}, mend it, then start `tongdai run` again.",
                    )
                )
            case State.READY if child.deaths:
                self._say(tr(f"✓ {name} đã chạy lại", f"✓ {name} serves again"))
            case State.READY | State.STARTING | State.STOPPED:
                pass

    def _write_status(self) -> None:
        rows = [
            {
                "name": child.spec.name,
                "state": child.state.value,
                "pid": child.process.pid if child.process is not None else None,
                "deaths": len(child.deaths),
                "log": str(child.spec.log),
            }
            for child in self.children
        ]
        note(self._status, json.dumps(rows, indent=1))

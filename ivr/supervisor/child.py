"""One supervised process: what it is, and its life between starting, ready, waiting to be restarted and parked."""

import signal
import subprocess
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import structlog

from ivr.durable import Sync, replace
from ivr.errors import TongdaiError
from ivr.process.spawn import signal_group, spawn
from ivr.supervisor.frozen import Pulse, Wire
from ivr.words import tr

_log = structlog.get_logger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
PARK_DEATHS = 5
PARK_WINDOW = 60.0
"""Five deaths within this many seconds park a child: restarting it on and on would only hide the fault."""


class State(Enum):
    """Where a child stands."""

    STARTING = "starting"  # runs, its probe has not answered yet
    READY = "ready"  # runs and answered
    WAITING = "waiting"  # died, restarts after a pause
    PARKED = "parked"  # died too often, stays away until the next start
    STOPPED = "stopped"  # ended because we asked


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What to run: ``command`` is asked before each start, ``ready`` answers at once whether it serves.

    ``wire`` is where it is asked, while it serves, whether it still lives; without one it is not asked.
    """

    name: str
    command: Callable[[], list[str]]
    ready: Callable[[], bool]
    log: Path
    pid_file: Path
    wire: Wire | None = None


def note(path: Path, text: str) -> None:
    """Replace a small file that others read; on a full disk it stays as it was, which must not end the supervisor."""
    with suppress(OSError):
        replace(path, text.encode(), mode=0o644, sync=Sync.NOTHING)


@dataclass(kw_only=True)
class Child:
    """A spec and its present life; every method gets the time (monotonic seconds)."""

    spec: Spec
    state: State = State.STOPPED
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=PARK_DEATHS))
    pause: float = FIRST_PAUSE
    due: float = 0.0
    started: float = 0.0
    how_it_died: str = ""
    _why_ended: str = ""
    _pulse: Pulse | None = field(init=False)

    def __post_init__(self) -> None:
        self._pulse = Pulse(self.spec.wire) if self.spec.wire is not None else None

    def start(self, now: float) -> None:
        """Start the process and leave its pid where others look for it."""
        try:
            self.process = spawn(self.spec.command(), log=self.spec.log)
        except (OSError, TongdaiError) as error:  # the program is gone or may not run: a death like any other
            self.how_it_died = str(error)
            self._died(now)
            return
        note(self.spec.pid_file, str(self.process.pid))
        self.state, self.started = State.STARTING, now

    def tick(self, now: float) -> bool:
        """Notice a death, a readiness or a restart that is due; whether the state changed."""
        before = self.state
        match self.state:
            case State.STARTING | State.READY:
                if self.gone():
                    self._died(now)
                elif self.state is State.STARTING:
                    self._come_up(now)
                elif self._is_frozen(now):
                    self._end_frozen()
                elif now - self.started > PARK_WINDOW:
                    self.pause = FIRST_PAUSE
            case State.WAITING:
                if now >= self.due:
                    self.start(now)
            case State.PARKED | State.STOPPED:
                pass
        return self.state is not before

    def ask_to_stop(self, number: int) -> None:
        """Signal the process itself; it is to end in order."""
        if not self.gone() and self.process is not None:
            self.process.send_signal(number)

    def gone(self) -> bool:
        """Whether no process is left; what it left behind would hold its ports, so it goes too."""
        if self.process is None:
            return True
        code = self.process.poll()
        if code is None:
            return False
        signal_group(self.process, signal.SIGKILL)
        self.how_it_died = self._why_ended or (f"exit {code}" if code >= 0 else signal.Signals(-code).name)
        self._why_ended = ""
        self.process = None
        self.spec.pid_file.unlink(missing_ok=True)
        return True

    def kill(self) -> None:
        """End it and what it started, now."""
        if self.process is not None:
            signal_group(self.process, signal.SIGKILL)
            self.process.wait()

    def stopped(self) -> None:
        """It ended because we asked: it is asked nothing more."""
        self.state = State.STOPPED
        if self._pulse is not None:
            self._pulse.rest(self.started)

    def pause_left(self, now: float) -> float:
        """Seconds until a waiting child starts again."""
        return max(0.0, self.due - now)

    def _come_up(self, now: float) -> None:
        if self.spec.ready():
            self.state = State.READY
            if self._pulse is not None:
                self._pulse.rest(now)

    def _is_frozen(self, now: float) -> bool:
        if self._pulse is None or self.process is None or self._why_ended:
            return False
        return self._pulse.is_frozen(self.process.pid, now)

    def _end_frozen(self) -> None:
        """The next tick finds it dead; no waiting, because a process blocked on the disk dies late."""
        if self.process is not None:
            _log.error("child.frozen", child=self.spec.name, pid=self.process.pid, log=str(self.spec.log))
            self._why_ended = tr("đứng, không trả lời nữa", "frozen, answered nothing any more")
            signal_group(self.process, signal.SIGKILL)

    def _died(self, now: float) -> None:
        if self._pulse is not None:
            self._pulse.rest(now)
        self.deaths.append(now)
        if len(self.deaths) == PARK_DEATHS and now - self.deaths[0] <= PARK_WINDOW:
            self.state = State.PARKED
            return
        self.state, self.due = State.WAITING, now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

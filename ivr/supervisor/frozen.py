"""Whether a child that runs still answers: frozen is distinguished from busy, and from a machine that is slow.

The limits: at load 15 on two cores whoever wants a processor still gets an eighth of one. So a child that got less than
a hundredth of one for the whole silence did not want any: it is stopped, or waits for itself. One that works meanwhile
gets four times as long. Only seconds count in which the supervisor itself was awake and the child's main thread was not
waiting for a processor, the disk or a debugger.
"""

from dataclasses import dataclass
from os import sysconf
from pathlib import Path

from ivr.process.liveness import Question
from ivr.process.ports import Port

LONGEST_STEP = 0.5
"""Seconds that count at most between two looks: whoever looked later than that was held up itself."""
PATIENCE = 4
"""How many times as long a child has that is busy."""
CONNECTS = 3.0
"""Seconds after which a connection that is not there yet is begun anew: the kernel's own tries grow ever rarer."""
_WAITS_FOR_MACHINE = "RDt"
"""States of a main thread that would go on if it could: runnable, in the disk, held by a debugger."""


@dataclass(frozen=True, kw_only=True)
class Wire:
    """How a child is asked: ``rests`` is the processor time in seconds a second below which it does nothing."""

    port: Port
    frozen_after: float
    """Seconds of silence in which it did nothing."""
    rests: float = 0.01
    busy_may_be_silent: bool = False
    """Never end it while it does something."""


class Pulse:
    """One child's answers; every method gets the time (monotonic seconds)."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._question: Question | None = None
        self.rest(0.0)

    def rest(self, now: float) -> None:
        """Forget what was asked; ask again after a third of the limit."""
        if self._question is not None:
            self._question.close()
        self._question = None
        self._looked, self._ask_at = now, now + self._wire.frozen_after / 3

    def is_frozen(self, pid: int, now: float) -> bool:
        """Ask, or look for the answer; whether the child has been silent for too long. Waits for nothing."""
        step = min(now - self._looked, LONGEST_STEP)
        self._looked = now
        if self._question is None:
            if now >= self._ask_at:
                self._question = Question(self._wire.port)
                self._silent = self._still = self._connecting = 0.0
                self._used = _read(pid)[1]
            return False
        if self._question.answered():
            self.rest(now)
            return False
        self._connect_again(step)
        return self._too_long(pid, step)

    def _too_long(self, pid: int, step: float) -> bool:
        state, used = _read(pid)
        self._silent += step
        if used - self._used > self._wire.rests * (1 + self._still):
            self._still, self._used = 0.0, used
        elif state not in _WAITS_FOR_MACHINE:
            self._still += step
        limit = self._wire.frozen_after
        return self._still >= limit or (not self._wire.busy_may_be_silent and self._silent >= limit * PATIENCE)

    def _connect_again(self, step: float) -> None:
        if self._question is None or self._question.connected:
            return
        self._connecting += step
        if self._connecting >= CONNECTS:
            self._question.close()
            self._question, self._connecting = Question(self._wire.port), 0.0


def _read(pid: int) -> tuple[str, float]:
    """State of the main thread (proc(5)) and processor seconds of all threads; nothing of one that is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "X", 0.0
    return words[0], (int(words[11]) + int(words[12])) / sysconf("SC_CLK_TCK")

"""Which cores a stretch of work kept busy: what stands in the way when a rate is not held."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

WINDOW = 5
"""Seconds over which the busiest moment is averaged."""


@dataclass(kw_only=True)
class Load:
    """Processor seconds so far, looked at every second: Asterisk, server, the whole machine."""

    samples: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def busiest(self) -> str:
        """The busiest :data:`WINDOW` seconds, in cores."""
        pairs = zip(self.samples, self.samples[WINDOW:], strict=False)
        spent = [tuple((now - then) / WINDOW for now, then in zip(*pair[::-1], strict=True)) for pair in pairs]
        if not spent:
            return "too short to tell"
        asterisk, server, machine = max(spent, key=lambda cores: cores[2])
        rest = machine - asterisk - server
        return (
            f"Asterisk {asterisk:.2f}, server {server:.2f}, SIPp and the rest {rest:.2f} of {psutil.cpu_count()} cores"
        )


@contextmanager
def watched(cpu: Callable[[], tuple[float, float]]) -> Iterator[Load]:
    """Look while the block lasts; ``cpu`` gives the seconds of Asterisk and of the server."""
    load, over = Load(), threading.Event()

    def look() -> None:
        due = time.monotonic()
        while not over.wait(max(0.0, due - time.monotonic())):
            load.samples.append((*cpu(), _machine()))
            due += 1.0

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield load
    finally:
        over.set()
        thread.join()


def _machine() -> float:
    used = psutil.cpu_times()
    return float(used.user + used.nice + used.system + used.irq + used.softirq)

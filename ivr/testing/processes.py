"""Programs of the hotline as processes of a test: killed, limited, with a false clock or without rights.

Imported by tests alone.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.settings import Settings
from ivr.testing.asterisk import PATIENCE, wait_for

FULL = os.environ.get("TONGDAI_TEST_FULL") == "1"
"""Whether fault tests run at full length (``make soak``) instead of scaled down."""


def scaled(short: float, full: float) -> float:
    """Seconds (or times): ``short`` in ``make test``, ``full`` where :data:`FULL` is asked for."""
    return full if FULL else short


@dataclass(frozen=True, kw_only=True)
class Running:
    """A process and the file of all it says."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def said(self) -> str:
        """Everything it said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """kill −9, and wait until it is gone."""
        self.process.kill()
        self.process.wait()


def environment(settings: Settings, **changes: str) -> dict[str, str]:
    """Our environment without its own ``TONGDAI_*``, with those settings that were given, then ``changes``."""
    given = {f"TONGDAI_{name.upper()}": getattr(settings, name) for name in sorted(settings.model_fields_set)}
    others = {name: value for name, value in os.environ.items() if not name.startswith("TONGDAI_")}
    return others | {name: str(value) for name, value in given.items() if value is not None} | changes


@contextmanager
def running(
    settings: Settings, *words: str, ready: str = "", wrapper: Sequence[str] = (), log: Path | None = None, **env: str
) -> Iterator[Running]:
    """``tongdai <words>`` as a process, ended with the block; returns once it has said ``ready``.

    ``wrapper`` stands before the program (setpriv, prlimit); ``env`` goes into its environment.
    """
    path = log or settings.logs / f"test-{words[0]}-{os.urandom(3).hex()}.log"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [*wrapper, sys.executable, "-m", "ivr", *words]
    with (
        path.open("ab") as output,
        subprocess.Popen(
            command, env=environment(settings, **env), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
    ):
        running = Running(process=process, log=path)
        try:
            wait_for(lambda: ready in running.said() or process.poll() is not None, f"{words[0]} is not ready")
            assert not ready or process.poll() is None, running.said()
            yield running
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
            print(f"--- {' '.join(words)}\n{running.said()[-20_000:]}")  # pytest shows it where a test fails

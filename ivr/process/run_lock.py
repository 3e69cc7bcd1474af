"""One ``tongdai run`` a home: a lock that the kernel frees when its holder dies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ivr.durable import Held, locked
from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.words import tr

_LOCK = "run.lock"
_PID = "run.pid"


class AlreadyRunning(TongdaiError):
    """A ``tongdai run`` holds this home already."""


@contextmanager
def hold(settings: Settings) -> Iterator[None]:
    """Hold the home for as long as the context lasts; :class:`AlreadyRunning` names who has it."""
    settings.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    pid_file = settings.run / _PID
    try:
        with locked(settings.run / _LOCK, wait=False):
            pid_file.write_text(str(os.getpid()), encoding="ascii")
            yield
            pid_file.unlink(missing_ok=True)
    except Held as error:
        pid = pid_file.read_text(encoding="ascii") if pid_file.exists() else "?"
        raise AlreadyRunning(
            tr(
                f"Tổng đài đang chạy với {settings.home} (tiến trình {pid}). "
                f"Dừng nó trước (kill {pid}), hoặc đặt TONGDAI_HOME và các cổng khác để chạy thêm một bản.",
                f"The hotline is running on {settings.home} already (process {pid}). "
                f"Stop it first (kill {pid}), or set another TONGDAI_HOME and other ports to run a second one.",
            )
        ) from error


def is_running(settings: Settings) -> bool:
    """Whether a process holds the home now."""
    if not (settings.run / _LOCK).exists():
        return False
    try:
        with locked(settings.run / _LOCK, wait=False):
            return False
    except Held:
        return True

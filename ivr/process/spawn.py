"""Child processes that die with their parent: own session, parent-death signal, log file, enough descriptors."""

import ctypes
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from ivr.process.log_files import bound_log

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def spawn(argv: list[str], *, log: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start ``argv`` with its output appended to ``log``; it gets SIGTERM when the calling thread's process dies."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    bound_log(log)
    with log.open("ab") as out:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            start_new_session=True,  # a Ctrl-C at the terminal reaches the parent alone, which stops all in order
            umask=0o077,
            preexec_fn=_tie_to(os.getpid()),  # the supervisor has one thread
        )


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal the child's whole session, so that what it started ends too; a group that is gone is no error."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _tie_to(parent: int) -> Callable[[], None]:
    def in_child() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # Asterisk takes five descriptors a call

    return in_child

"""A whole hotline of its own for the demonstration: temporary home, free ports, ``tongdai run`` as a child."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ivr.errors import TongdaiError
from ivr.process.spawn import spawn
from ivr.settings import Settings, load_settings
from ivr.simulator.free_ports import free_ports, free_range
from ivr.words import tr

READY_WITHIN = 90.0
"""Seconds for the start, the first building of prompts included."""
RTP_PORTS = 100


class DemoFailed(TongdaiError):
    """Something the demonstration promises was not found."""


@contextmanager
def hotline(*, keep: bool) -> Iterator[tuple[Settings, str]]:
    """Run a hotline while the block lasts; gives its settings and the first administrator's password."""
    with ExitStack() as stack:
        if keep:
            home = Path(tempfile.mkdtemp(prefix="td-"))
        else:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="td-", ignore_cleanup_errors=True)))
        changes = _environment(home)
        log = home / "demo.log"
        child = spawn([sys.executable, "-m", "ivr", "run"], log=log, env={**os.environ, **changes})
        stack.callback(_stop, child)
        password = _wait_ready(child, log)
        with _changed_environment(changes):
            settings = load_settings()
        yield settings, password


def _environment(home: Path) -> dict[str, str]:
    names = ("CONSOLE", "HUB", "AGI", "AMI", "ASTERISK_HTTP", "SIP")
    try:
        ports, rtp = free_ports(len(names)), free_range(RTP_PORTS)
    except OSError as error:
        raise DemoFailed(tr("Không còn cổng trống.", "No ports are free.")) from error
    return {
        "TONGDAI_HOME": str(home),
        "TONGDAI_INSTANCE": "demo",
        "TONGDAI_CITY": "da-nang",
        "TONGDAI_RTP_START": str(rtp.start),
        "TONGDAI_RTP_END": str(rtp.stop - 1),
        **{f"TONGDAI_{name}_PORT": str(port) for name, port in zip(names, ports, strict=True)},
    }


def _wait_ready(child: "subprocess.Popen[bytes]", log: Path) -> str:
    """Read what ``tongdai run`` says until the password has been printed; its last lines say what went wrong."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        ended = child.poll() is not None
        said = log.read_text(encoding="utf-8")
        found = re.search(r"admin / (\S+)", said)
        if found:
            return found.group(1)
        if ended:
            break
        time.sleep(0.1)
    last = "\n".join(log.read_text(encoding="utf-8").splitlines()[-12:])
    raise DemoFailed(tr(f"Tổng đài chưa chạy được:\n{last}", f"The hotline did not start:\n{last}"))


def _stop(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def _changed_environment(changes: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

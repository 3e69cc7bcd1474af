"""A real Asterisk for tests: on free loopback ports, in a short home, ended and reaped afterwards."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from ivr.asterisk import cli, configuration_folder, find_asterisk, fully_booted, prepare
from ivr.settings import Settings, load_settings
from ivr.simulator.free_ports import free_ports, free_range
from ivr.store.migrate import migrate
from ivr.testing import need

PATIENCE = 60.0
"""Seconds for what must come at all: a busy machine may stand still for several, and who comes in time costs none."""
RTP_PORTS = 120
"""Enough for 50 calls at once."""


@dataclass(frozen=True, kw_only=True)
class RunningAsterisk:
    """One Asterisk, the settings it was rendered from, and how long it took to boot (seconds)."""

    settings: Settings
    process: psutil.Process
    booted_after: float

    def ask(self, words: str) -> str:
        """One command on its command line."""
        return cli(self.settings, words)

    def call(self, number: str, far_leg: str = "application Wait 30") -> None:
        """A call without SIP; ``far_leg`` is what the citizen does."""
        self.ask(f"channel originate Local/{number}@from-trunk {far_leg}")


def private_settings(home: Path, **given: object) -> Settings:
    """Settings on free ports; ``home`` is short, because AF_UNIX paths are."""
    sip, ami, agi, http, console, hub = free_ports(6)
    rtp = free_range(RTP_PORTS)
    ports = {
        "sip_port": sip,
        "ami_port": ami,
        "agi_port": agi,
        "asterisk_http_port": http,
        "console_port": console,
        "hub_port": hub,
        "rtp_start": rtp.start,
        "rtp_end": rtp.stop - 1,
    }
    crowd = {"max_calls": 10_000, "calls_a_second": 1000}  # a test's callers come all at once
    return load_settings(home=home, **(ports | crowd | given))


@contextmanager
def asterisk_and_rows(dialplan: str = "", **given: object) -> Iterator[Settings]:
    """Settings for an Asterisk and an empty database in a short home; ``dialplan`` is read beside ours."""
    with tempfile.TemporaryDirectory(prefix="td", dir="/tmp") as folder:
        settings = private_settings(Path(folder), **({"free_space_mb": 0} | given))
        need(find_asterisk(settings), "no Asterisk ≥ 18: run `make asterisk`")
        migrate(settings)
        add_dialplan(settings, dialplan)
        yield settings


def add_dialplan(settings: Settings, text: str, name: str = "test") -> None:
    """Lines of a test beside our dialplan, in a file: read when Asterisk starts, or at its ``dialplan reload``."""
    folder = configuration_folder(settings) / "extensions.d"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.conf").write_text(text, encoding="utf-8")


@contextmanager
def running_asterisk(settings: Settings) -> Iterator[RunningAsterisk]:
    """Booted inside the context; the caller has checked that there is one (:func:`ivr.asterisk.find_asterisk`)."""
    words = prepare(settings)
    began = time.monotonic()
    with (settings.logs / "asterisk.out").open("wb") as out:
        process = psutil.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    try:
        wait_for(lambda: fully_booted(settings), "Asterisk did not boot")
        yield RunningAsterisk(settings=settings, process=process, booted_after=time.monotonic() - began)
    finally:
        if process.is_running():
            process.terminate()
        try:
            process.wait(30)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(condition: Callable[[], object], what: str, *, seconds: float = PATIENCE) -> None:
    """Poll until true; AssertionError with ``what`` after ``seconds``."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(what)
        time.sleep(0.05)

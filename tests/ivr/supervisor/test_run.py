"""``tongdai run`` whole, on a real Asterisk: up in time, mended when something dies, gone in five seconds."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from ivr.asterisk import find_asterisk
from ivr.settings import Settings
from ivr.supervisor.preparation import make_folders, prepare_database
from ivr.testing import need
from ivr.testing.asterisk import PATIENCE, private_settings, wait_for

pytestmark = pytest.mark.asterisk

ROOMS = ["agi", "asterisk", "watch", "worker-1", "console"]
ASKED = ["agi", "asterisk", "watch"]
"""Rooms that are asked whether they live."""
FROZEN_AFTER = 3.0
STOPS_WITHIN = 30.0
"""Seconds, on a machine that may stand still for several of them; five on one that does not."""


def environment(settings: Settings) -> dict[str, str]:
    names = (
        "home",
        "sip_port",
        "ami_port",
        "agi_port",
        "asterisk_http_port",
        "console_port",
        "hub_port",
        "rtp_start",
        "rtp_end",
    )
    mine = {f"TONGDAI_{name.upper()}": str(getattr(settings, name)) for name in names}
    ours = {"TONGDAI_LANGUAGE": "en", "TONGDAI_FREE_SPACE_MB": "0", "TONGDAI_FROZEN_AFTER": str(FROZEN_AFTER)}
    return {**os.environ, **mine, **ours}


def tongdai(settings: Settings, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "ivr", *words],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


@contextmanager
def hotline(settings: Settings, *words: str) -> Iterator[tuple[psutil.Popen, Path]]:
    """A ``tongdai run`` and the file of what it says; stopped the hard way if a test leaves it."""
    said = settings.home.parent / f"{settings.home.name}.out"
    with said.open("wb") as out:
        process = psutil.Popen(
            [sys.executable, "-m", "ivr", "run", *words],
            env=environment(settings),
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield process, said
    finally:
        if process.is_running():
            for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
                process.send_signal(number)
                try:
                    process.wait(PATIENCE)
                    break
                except psutil.TimeoutExpired:
                    continue
        said.unlink()


def wait_until_said(process: psutil.Popen, said: Path, words: str) -> None:
    """Ready is said once; a start that was refused fails the test with its reason."""

    def come() -> bool:
        assert process.poll() is None, said.read_text()
        return words in said.read_text()

    wait_for(come, "it did not come up")


def children(settings: Settings) -> dict[str, dict[str, object]]:
    status = settings.run / "status.json"
    rows = json.loads(status.read_text()) if status.exists() else []
    return {row["name"]: row for row in rows}


def strike(settings: Settings, room: str, number: signal.Signals) -> int:
    """Signal a room; its process."""
    pid = int(str(children(settings)[room]["pid"]))
    os.kill(pid, number)
    return pid


def is_another(settings: Settings, room: str, than: int) -> bool:
    return children(settings)[room]["pid"] not in (than, None)


def all_ready(settings: Settings) -> bool:
    rows = children(settings)
    return bool(rows) and all(row["state"] == "ready" for row in rows.values())


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A home that no hotline has run on: what the first start makes is asserted."""
    with tempfile.TemporaryDirectory(prefix="td", dir="/tmp") as folder:
        made = private_settings(Path(folder) / "home")
        need(find_asterisk(made), "no Asterisk ≥ 18: run `make asterisk`")
        tongdai(made, "prompts", "build")
        yield made


def test_a_life_of_a_hotline(settings: Settings) -> None:
    began = time.monotonic()
    with hotline(settings) as (process, said):
        wait_until_said(process, said, "First sign-in")
        ready_after = time.monotonic() - began

        text = said.read_text()
        assert re.search(r"hotline is ready after \d", text), text
        assert f"http://127.0.0.1:{settings.console_port}" in text
        assert f"server 127.0.0.1:{settings.sip_port} (UDP), user 101, password" in text
        assert str(settings.logs) in text
        assert list(children(settings)) == ROOMS

        assert_nothing_listens_beyond_loopback(process)
        second = tongdai(settings, "run")
        assert second.returncode == 1
        assert f"running on {settings.home} already (process {process.pid})" in second.stderr
        doctor = tongdai(settings, "doctor")
        assert doctor.returncode == 0, doctor.stdout
        assert "agi: ready" in doctor.stdout

        for room in ("agi", "worker-1", "console", "asterisk", "watch"):
            struck = strike(settings, room, signal.SIGKILL)
            wait_for(lambda room=room, struck=struck: is_another(settings, room, struck), f"{room} stayed dead")
        wait_for(lambda: all_ready(settings), str(children(settings)))

        frozen = {room: strike(settings, room, signal.SIGSTOP) for room in ASKED}
        for room, struck in frozen.items():
            wait_for(lambda room=room, struck=struck: is_another(settings, room, struck), f"{room} stayed frozen")
        wait_for(lambda: all_ready(settings), str(children(settings)))
        assert said.read_text().count("child.frozen") == len(ASKED)

        everybody = process.children(recursive=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        stopped = re.search(r"stopped after ([\d.]+) s", said.read_text())
        assert stopped is not None
        assert float(stopped[1]) < STOPS_WITHIN
        _, alive = psutil.wait_procs(everybody, timeout=PATIENCE)
        assert alive == []
    print(f"ready after {ready_after:.1f} s, stopped after {stopped[1]} s")


def test_a_second_start_of_the_same_home_makes_nothing_anew(settings: Settings) -> None:
    make_folders(settings)
    prepare_database(settings, datetime.now(UTC))  # what a first start does
    with hotline(settings, "--no-asterisk") as (process, said):
        wait_until_said(process, said, "Logs:")
        text = said.read_text()
        assert "First sign-in" not in text
        assert f"{settings.home}/asterisk/site" in text
        assert "asterisk" not in children(settings)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_all_faults_are_told_at_once_before_anything_starts(settings: Settings) -> None:
    tongdai(settings, "db", "migrate")
    with (
        socket.create_server(("127.0.0.1", settings.console_port)),
        socket.create_server(("127.0.0.1", settings.ami_port)),
    ):
        refused = tongdai(settings, "run")
        elsewhere = tongdai(settings, "doctor")
    assert refused.returncode == 1
    assert "TONGDAI_CONSOLE_PORT" in refused.stderr
    assert "TONGDAI_AMI_PORT" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert elsewhere.returncode == 1
    assert "2 to mend" in elsewhere.stdout


def assert_nothing_listens_beyond_loopback(parent: psutil.Popen) -> None:
    """TCP on 127.0.0.1 alone; UDP too, but for the SIP stack's two DNS client sockets."""
    beyond: list[tuple[str, str, int]] = []
    for process in parent.children(recursive=True):
        try:
            connections = process.net_connections()
        except psutil.NoSuchProcess:  # the worker tries its model in a short-lived child
            continue
        for each in connections:
            listens = each.type is socket.SOCK_DGRAM or each.status == psutil.CONN_LISTEN
            if listens and each.laddr and each.laddr.ip not in ("127.0.0.1", "::1"):
                beyond.append((process.name(), each.type.name, each.laddr.port))
    assert [what for what in beyond if what[1] != "SOCK_DGRAM"] == []
    assert len(beyond) <= 2, beyond

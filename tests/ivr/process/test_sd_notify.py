"""What systemd receives from our processes, on a socket like the one it provides."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.asterisk.fastagi import FastAgiServer
from ivr.process.sd_notify import Watchdog
from ivr.store.migrate import migrate
from ivr.testing.asterisk import PATIENCE, private_settings
from ivr.watch.service import watch


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[tuple[socket.socket, dict[str, str]]]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(PATIENCE)
        yield heard, {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}


def test_half_of_what_systemd_waits(systemd: tuple[socket.socket, dict[str, str]]) -> None:
    heard, environment = systemd
    watchdog = Watchdog.of({**environment, "WATCHDOG_PID": str(os.getpid())})
    assert watchdog.every == 0.2
    watchdog.beat()
    assert heard.recv(100) == b"WATCHDOG=1"


def test_an_abstract_socket(systemd: tuple[socket.socket, dict[str, str]]) -> None:
    name = f"tongdai-test-{os.getpid()}-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0{name}")
        heard.settimeout(PATIENCE)
        Watchdog.of({**systemd[1], "NOTIFY_SOCKET": f"@{name}"}).beat()
        assert heard.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    "changes",
    [{"NOTIFY_SOCKET": ""}, {"WATCHDOG_USEC": ""}, {"WATCHDOG_PID": "1"}],
    ids=lambda changes: next(iter(changes)),
)
def test_nobody_else_is_told(systemd: tuple[socket.socket, dict[str, str]], changes: dict[str, str]) -> None:
    heard, environment = systemd
    watchdog = Watchdog.of(environment | changes)
    watchdog.beat()
    assert watchdog.every is None
    heard.setblocking(False)
    with pytest.raises(BlockingIOError):
        heard.recv(100)


def test_who_listens_no_more_harms_nobody(tmp_path: Path) -> None:
    Watchdog(address=str(tmp_path / "gone"), every=1.0).beat()


def test_the_thread_that_reads_headers_says_it(systemd: tuple[socket.socket, dict[str, str]]) -> None:
    heard, environment = systemd
    server = FastAgiServer({}, port=0, watchdog=Watchdog.of(environment))
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        assert [heard.recv(100) for _ in range(4)] == [b"WATCHDOG=1"] * 4
    finally:
        server.stop()
        thread.join()


def test_watchs_loop_says_it(
    systemd: tuple[socket.socket, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, environment = systemd
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = private_settings(tmp_path / "home")
    settings.home.mkdir()
    migrate(settings)
    said: list[bytes] = []

    async def listen() -> None:
        said.extend([await asyncio.to_thread(heard.recv, 100) for _ in range(3)])
        os.kill(os.getpid(), signal.SIGTERM)

    async def both() -> None:
        await asyncio.gather(watch(settings, lambda: datetime.now(UTC)), listen())

    asyncio.run(both())
    assert said == [b"WATCHDOG=1"] * 3

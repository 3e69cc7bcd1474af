"""Asterisk reloaded, killed −9 and stopped under twenty recordings, with its supervisor; who listens to the network."""

import asyncio
import json
import os
import signal
import socket
import time
import wave
from collections.abc import Iterator
from contextlib import AsyncExitStack

import psutil
import pytest

from ivr.asterisk import cli, find_asterisk
from ivr.recordings import path_of
from ivr.settings import Settings, load_settings
from ivr.simulator.demo.system import hotline
from ivr.simulator.journal_tail import Journals
from ivr.simulator.sip import CallRefused
from ivr.store import Store, open_store
from ivr.testing import need
from ivr.testing.asterisk import PATIENCE, wait_for
from ivr.testing.line import OnTheLine, came_of, on_the_line

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

CALLERS = 20
LOST_AT_KILL = 4.1
"""Seconds: Asterisk writes 64 KiB at a time."""
LOST_AT_STOP = 0.5
WAY = 1.0
"""Seconds of speech that are on their way to the recorder at most."""
SPEECH = 90.0
"""Seconds for which each caller would speak."""
BACK_WITHIN = 5.0
"""Seconds, on a machine that has no more to do than it has cores."""
STANDS_STILL = 10.0
"""Seconds for which the whole machine may stand still, which the load average does not show."""
GREETS_WITHIN = 5.0
"""Seconds from an answer to the greeting, on a machine that is overloaded."""
SETTINGS = {
    "BIND": "0.0.0.0",  # noqa: S104  # what is asked is who listens then
    "SWEEP_EVERY": "1",
    "SWEEP_STILL": "1.5",
    "SWEEP_ORPHAN": "4",
    "FREE_SPACE_MB": "0",
    "LANGUAGE": "en",
    "WORKERS": "1",
}


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    """A whole hotline, supervised, bound to every address."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in SETTINGS.items():
            environment.setenv(f"TONGDAI_{name}", value)
        need(find_asterisk(load_settings()), "an Asterisk ≥ 18 (make asterisk)")
        with hotline(keep=False) as (settings, _):
            yield settings


@pytest.fixture(scope="module")
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings)
    yield opened
    opened.close()


async def speaks(stack: AsyncExitStack, settings: Settings, journals: Journals, place: int, group: int) -> OnTheLine:
    """Go to the beep by keys pressed early, and speak on."""
    name = f"g{group}-{place:02d}"  # no name is a prefix of another
    caller = await stack.enter_async_context(on_the_line(settings, name, f"0906{group}{place:05d}", journals))
    await caller.press_at(("chao", "1"), ("noi", "5"))
    await caller.hear("beep")
    await asyncio.sleep(0.4)
    caller.go_on_speaking(SPEECH)
    return caller


def asterisk_pid(settings: Settings) -> int:
    rows = json.loads((settings.run / "status.json").read_text())
    return next(int(row["pid"] or 0) for row in rows if row["name"] == "asterisk")


async def back_after(settings: Settings, died: float) -> float:
    """Seconds from Asterisk's death until a call hears the greeting again."""
    journals = Journals(settings.spool)
    while True:
        try:
            async with on_the_line(settings, "back", "09069999999", journals, patience=0.4) as caller:
                answered = time.monotonic() - died
                if await is_greeted(caller):
                    return answered
        except (CallRefused, TimeoutError):
            pass
        assert time.monotonic() - died < PATIENCE, "Asterisk did not come back"


async def is_greeted(caller: OnTheLine) -> bool:
    """Whether the greeting comes: an Asterisk that is being stopped takes a call and hangs up, or falls silent."""
    heard = asyncio.create_task(caller.hear("chao"))
    over = asyncio.create_task(caller.call.ended.wait())
    await asyncio.wait((heard, over), timeout=GREETS_WITHIN, return_when=asyncio.FIRST_COMPLETED)
    greeted = heard.done() and heard.exception() is None
    for task in (heard, over):
        task.cancel()
    await asyncio.gather(heard, over, return_exceptions=True)
    return greeted


def allowed() -> float:
    """:data:`BACK_WITHIN`, longer by as much as this machine is overloaded by others, and may stand still."""
    return STANDS_STILL + BACK_WITHIN * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def listening(settings: Settings) -> set[tuple[str, str, int]]:
    """Every socket of the hotline's processes that takes something from outside: protocol, address, port."""
    found = set()
    for row in json.loads((settings.run / "status.json").read_text()):
        parent = psutil.Process(row["pid"])
        for process in (parent, *parent.children(recursive=True)):
            for each in process.net_connections("inet"):
                if each.laddr and (each.type is socket.SOCK_DGRAM or each.status == psutil.CONN_LISTEN):
                    found.add(("udp" if each.type is socket.SOCK_DGRAM else "tcp", each.laddr.ip, each.laddr.port))
    return found


def assert_only_sip_rtp_and_console_beyond_loopback(settings: Settings) -> None:
    sockets = listening(settings)
    beyond = {(kind, port) for kind, address, port in sockets if address not in ("127.0.0.1", "::1")}
    rtp = range(settings.rtp_start, settings.rtp_end + 1)
    assert {port for kind, port in beyond if kind == "tcp"} == {settings.console_port, settings.hub_port}
    udp = {port for kind, port in beyond if kind == "udp"}
    assert settings.sip_port in udp
    assert len([port for port in udp if port in rtp]) >= CALLERS
    strange = [port for port in udp if port not in rtp and port != settings.sip_port]
    assert len(strange) <= 2, f"more than the SIP stack's two DNS sockets: {strange}"
    inside = {port for kind, address, port in sockets if kind == "tcp" and address == "127.0.0.1"}
    assert inside == {settings.ami_port, settings.agi_port, settings.asterisk_http_port}


async def interrupt(settings: Settings, group: int, callers: int, number: signal.Signals) -> tuple[list[float], float]:
    """Signal Asterisk while so many speak; how long each had spoken, and when calls were taken again (seconds)."""
    journals = Journals(settings.spool)
    async with AsyncExitStack() as stack:
        speaking = await asyncio.gather(*(speaks(stack, settings, journals, place, group) for place in range(callers)))
        await asyncio.to_thread(cli, settings, "core reload")  # no recording may be affected
        await asyncio.sleep(6)
        if callers == CALLERS:
            await asyncio.to_thread(assert_only_sip_rtp_and_console_beyond_loopback, settings)
        died = time.monotonic()
        said = [died - (caller.call.speaking_since or died) for caller in speaking]
        os.kill(asterisk_pid(settings), number)
        back = await back_after(settings, died)
    return said, back


def lost(settings: Settings, store: Store, group: int, spoken: list[float], *, flag: str) -> list[float]:
    """Seconds each caller lost, once all tickets are there; every file's header tells its length."""
    numbers = [f"0906{group}{place:05d}" for place in range(len(spoken))]
    wait_for(lambda: all(came_of(store, number).tickets for number in numbers), "not every caller has a ticket")
    found = []
    for number, seconds in zip(numbers, spoken, strict=True):
        came = came_of(store, number)
        assert (came.calls, came.tickets) == (1, 1), number
        assert flag in came.flags, (number, came.flags)
        (key,) = came.files
        with wave.open(str(path_of(settings, key)), "rb") as file:
            assert file.getnframes() / 8000 == pytest.approx(came.seconds, abs=0.01)
        found.append(seconds - came.seconds)
    return found


def test_killed_under_twenty_recordings(settings: Settings, store: Store) -> None:
    spoken, back = asyncio.run(interrupt(settings, 1, CALLERS, signal.SIGKILL))
    gone = lost(settings, store, 1, spoken, flag="interrupted")
    print(f"killed: back after {back:.1f} s; lost at most {max(gone):.2f} s of {min(spoken):.0f} s and more")
    assert max(gone) <= LOST_AT_KILL + WAY
    assert back <= allowed()


def test_restarted_under_recordings(settings: Settings, store: Store) -> None:
    spoken, back = asyncio.run(interrupt(settings, 2, 5, signal.SIGTERM))
    gone = lost(settings, store, 2, spoken, flag="hung_up")
    print(f"restarted: back after {back:.1f} s; lost at most {max(gone):.2f} s")
    assert max(gone) <= LOST_AT_STOP + WAY
    assert back <= allowed()

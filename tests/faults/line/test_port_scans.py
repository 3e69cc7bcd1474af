"""A thousand peers that connect and close, and a hundred that dawdle, on both loopback ports: calls do not notice."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from ivr.ami import Ami
from ivr.asterisk import load_logins
from ivr.ports import free_ports
from ivr.scenario.tail import Journals
from ivr.settings import Settings
from ivr.store import Store
from ivr.testing_asterisk import RunningAsterisk
from ivr.testing_calls import hotline
from ivr.testing_line import FaultyLine, came_of, on_the_line, sweep_up, usual

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

CALLERS = 8
ALIKE, MOST = 2.0, 0.1
"""The server's reaction under attack may be so many times its calm one, and so many seconds: other tests run beside."""
ATTACK = """
import socket, sys, time
ports = [int(port) for port in sys.argv[1:]]
slow = []
for port in ports:
    for _ in range(50):
        slow.append(socket.create_connection(("127.0.0.1", port)))
        slow[-1].send(b"a")
done = 0
print("begun", flush=True)
until = time.monotonic() + 60
while time.monotonic() < until and done < 1000:
    for port in ports:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError as error:
            print("refused", port, error, flush=True)
    done += 1
    if done % 50 == 0:
        for one in slow:
            try:
                one.send(b"a")
            except OSError:
                pass
    time.sleep(0.005)
print("made", done, flush=True)
"""


async def call(settings: Settings, journals: Journals, name: str, number: str) -> None:
    """To the question whether to send, then hang up."""
    async with on_the_line(settings, name, number, journals) as one:
        await one.to_the_beep()
        await one.speak(2.5)
        await one.call.press("#")
        await one.hear("xac-nhan")


async def all_call(settings: Settings, line: FaultyLine, group: int) -> list[float]:
    """All at once; the server's reactions, in seconds."""
    journals = Journals(settings.spool)
    line.reactions.clear()
    await asyncio.gather(
        *(call(settings, journals, f"{group}-{one}.", f"0909{group}{one:05d}") for one in range(CALLERS))
    )
    return list(line.reactions)


@asynccontextmanager
async def attack(*ports: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """From a process of its own, so that it costs the callers' side nothing."""
    words = [sys.executable, "-c", ATTACK, *map(str, ports)]
    process = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"begun\n"
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def compare(settings: Settings, server: int) -> tuple[list[float], list[float], list[str], int]:
    """Reactions in calm and under attack, what the attack said, and how often our reader lost Asterisk."""
    losses = 0

    def lost() -> None:
        nonlocal losses
        losses += 1

    logins = load_logins(settings)
    ami = Ami(port=settings.ami_port, username=logins.ami_user, secret=logins.ami_secret, on_lost=lost)
    ami.start()
    line = FaultyLine(breaks={}, listen=settings.agi_port, server=server)
    calm, hard, said = [], [], []
    async with line.up():
        for group in (1, 3):
            calm += await all_call(settings, line, group)
            async with attack(server, settings.ami_port) as attacking:
                hard += await all_call(settings, line, group + 1)
                late = Ami(port=settings.ami_port, username=logins.ami_user, secret=logins.ami_secret)
                late.start()
                await until_ready(late)
                late.close()
                output, _ = await asyncio.wait_for(attacking.communicate(), 60)
                said.append(output.decode())
    assert ami.authenticated
    ami.close()
    await asyncio.sleep(0.1)
    return calm, hard, said, losses


async def until_ready(ami: Ami) -> None:
    for _ in range(100):
        if ami.authenticated:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("no login beside peers that dawdle")


def test_scans_and_dawdlers_change_nothing_for_callers(asterisk: RunningAsterisk, store: Store) -> None:
    settings = asterisk.settings
    (server,) = free_ports(1)
    with hotline(settings.model_copy(update={"agi_port": server}), usual()):
        calm, hard, said, losses = asyncio.run(compare(settings, server))
    sweep_up(settings, store)
    calm99, hard99 = float(np.percentile(calm, 99)), float(np.percentile(hard, 99))
    print(f"p99 of {len(calm)} commands: calm {calm99 * 1000:.0f} ms, under attack {hard99 * 1000:.0f} ms")
    assert said == ["made 1000\n"] * 2, "somebody was refused"
    assert losses == 0
    assert hard99 <= calm99 * ALIKE + MOST
    for group in (1, 2, 3, 4):
        for one in range(CALLERS):
            came = came_of(store, f"0909{group}{one:05d}")
            assert (came.calls, came.tickets) == (1, 1)
            assert came.flags == {"hung_up"}

"""A thousand peers that connect and close, and a hundred that dawdle, on both loopback ports: calls do not notice.

The attacker takes processor time from every process. What it does to ours beyond that is measured against a control:
the same attack beside the same calls, on two ports of a process that has nothing to do with us.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest

from ivr.asterisk import load_logins
from ivr.asterisk.ami import Ami
from ivr.settings import Settings
from ivr.simulator.free_ports import free_ports
from ivr.simulator.journal_tail import Journals
from ivr.store import Store
from ivr.testing.asterisk import RunningAsterisk, wait_for
from ivr.testing.calls import hotline
from ivr.testing.faulty_line import FaultyLine
from ivr.testing.line import came_of, on_the_line, sweep_up, usual

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

CALLERS = 8
MOST_ROUNDS = 6
ALIKE = 3.0
"""How many times as long as in the control the 99th percentile of the server's reactions may be, the best round beside
the control's worst: it is two commands of a round, others take the cores by turns, and what is our doing is there in
every round."""
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
until = time.monotonic() + 240
while time.monotonic() < until and done < 1000:
    for port in ports:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=60).close()
        except OSError as error:
            print("refused", port, error, flush=True)
    done += 1
    if done % 50 == 0:
        for peer in slow:
            try:
                peer.send(b"a")
            except OSError:
                pass
    time.sleep(0.005)
print("made", done, flush=True)
"""

BYSTANDER = """
import sys, threading
from ivr.asterisk.fastagi import FastAgiServer
servers = [FastAgiServer({}, port=0) for _ in range(2)]
for server in servers:
    threading.Thread(target=server.serve, daemon=True).start()
print(*(server.port for server in servers), flush=True)
sys.stdin.read()
"""
"""Takes the control's attack: as many ports, and as much done for each connection."""


async def call(settings: Settings, journals: Journals, name: str, number: str) -> None:
    """To the question whether to send, then hang up."""
    async with on_the_line(settings, name, number, journals) as caller:
        await caller.to_the_beep()
        await caller.speak(2.5)
        await caller.call.press("#")
        await caller.hear("xac-nhan")


async def all_call(settings: Settings, line: FaultyLine, group: int) -> list[float]:
    """All at once; the server's reactions, in seconds."""
    journals = Journals(settings.spool)
    line.reactions.clear()
    await asyncio.gather(
        *(call(settings, journals, f"{group}-{place}.", f"0909{group:02d}{place:04d}") for place in range(CALLERS))
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


@asynccontextmanager
async def bystander() -> AsyncIterator[list[int]]:
    """A process that is attacked in our place; its two ports."""
    words = [sys.executable, "-c", BYSTANDER]
    process = await asyncio.create_subprocess_exec(*words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield [int(port) for port in (await process.stdout.readline()).split()]
    finally:
        process.kill()
        await process.wait()


@dataclass(kw_only=True)
class Evening:
    """The server's reactions by round (seconds), what the attackers said, how often our reader lost Asterisk."""

    beside: list[list[float]] = field(default_factory=list)
    """While a bystander was attacked."""
    under: list[list[float]] = field(default_factory=list)
    """While we were."""
    said: list[str] = field(default_factory=list)
    losses: int = 0

    def lost(self) -> None:
        self.losses += 1

    @property
    def alike(self) -> bool:
        """Whether being attacked ourselves was like the control."""
        return min(map(longest, self.under)) <= ALIKE * max(map(longest, self.beside))


async def live(settings: Settings, server: int, evening: Evening) -> None:
    """By turns the bystander and we are attacked, under the same calls, until both were alike."""
    logins = load_logins(settings)

    def login() -> Ami:
        return Ami(port=settings.ami_port, username=logins.ami_user, secret=logins.ami_secret, on_lost=evening.lost)

    ami = login()
    ami.start()
    line = FaultyLine(breaks={}, listen=settings.agi_port, server=server)
    async with line.up(), bystander() as elsewhere:
        for group in range(1, 2 * MOST_ROUNDS, 2):
            async with attack(*elsewhere) as attacking:
                evening.beside.append(await all_call(settings, line, group))
                evening.said.append(await to_its_end(attacking))
            async with attack(server, settings.ami_port) as attacking:
                evening.under.append(await all_call(settings, line, group + 1))
                late = login()
                late.start()
                await until_ready(late)
                late.close()
                evening.said.append(await to_its_end(attacking))
            if evening.alike:
                break
    assert ami.authenticated
    assert evening.losses == 0
    ami.close()
    await asyncio.sleep(0.1)


async def to_its_end(attacking: asyncio.subprocess.Process) -> str:
    output, _ = await asyncio.wait_for(attacking.communicate(), 300)
    return output.decode()


async def until_ready(ami: Ami) -> None:
    await asyncio.to_thread(wait_for, lambda: ami.authenticated, "no login beside peers that dawdle")


def longest(reactions: list[float]) -> float:
    """The 99th percentile."""
    return float(np.percentile(reactions, 99))


def test_scans_and_dawdlers_change_nothing_for_callers(asterisk: RunningAsterisk, store: Store) -> None:
    settings, evening = asterisk.settings, Evening()
    (server,) = free_ports(1)
    with hotline(settings.model_copy(update={"agi_port": server}), usual()):
        asyncio.run(live(settings, server, evening))
    sweep_up(settings, store)
    rounds = [(longest(beside), longest(under)) for beside, under in zip(evening.beside, evening.under, strict=True)]
    for beside, under in rounds:
        print(f"p99 while another is attacked {beside * 1000:.1f} ms, while we are {under * 1000:.1f} ms")
    assert evening.said == ["made 1000\n"] * (2 * len(rounds)), "a connection was refused"
    assert evening.alike
    for group in range(1, 2 * len(rounds) + 1):
        for place in range(CALLERS):
            came = came_of(store, f"0909{group:02d}{place:04d}")
            assert (came.calls, came.tickets) == (1, 1)
            assert came.flags == {"hung_up"}

"""The real server killed −9, or stopped so that it accepts and says nothing, under four callers at four places."""

import asyncio
import signal
import subprocess

import pytest

from ivr.settings import Settings
from ivr.simulator.journal_tail import Journals
from ivr.store import Store
from ivr.testing.asterisk import RunningAsterisk
from ivr.testing.calls import hotline
from ivr.testing.line import OnTheLine, came_of, on_the_line, sweep_up, usual

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

SPOKEN = 6.0
"""Seconds the citizen says in whose recording the server dies."""
FAULTS = {"killed": signal.SIGKILL, "stopped": signal.SIGSTOP}


async def live(settings: Settings, server: "subprocess.Popen[bytes]", fault: signal.Signals, place: int) -> None:
    """Four callers when the server fails: in the menu, speaking, after sending, and dialling afterwards."""
    journals = Journals(settings.spool)
    ready, gone = asyncio.Semaphore(0), asyncio.Event()

    def caller(number: int) -> str:
        return f"0905{place}0000{number}"

    async def in_the_menu() -> None:
        for _ in range(2):
            await ready.acquire()
        async with on_the_line(settings, "menu", caller(1), journals) as citizen:
            await citizen.hear("menu")
            server.send_signal(fault)
            gone.set()
            await citizen.answer_fallback(settings)
            assert citizen.heard(settings, "cam-on")

    async def speaking() -> None:
        async with on_the_line(settings, "speaking", caller(2), journals) as citizen:
            await citizen.to_the_beep()
            said = asyncio.create_task(citizen.speak(SPOKEN))
            await asyncio.sleep(0.5)
            ready.release()
            await said
            await citizen.call.press("#")
            await thanked_only(citizen)

    async def sent() -> None:
        async with on_the_line(settings, "sent", caller(3), journals) as citizen:
            await citizen.to_the_beep()
            await citizen.speak(3)
            await citizen.call.press("#")
            await citizen.press_at(("xac-nhan", "1"))
            await citizen.hear("lien-he")
            ready.release()
            await thanked_only(citizen)

    async def thanked_only(citizen: OnTheLine) -> None:
        await citizen.ended()
        assert citizen.heard(settings, "cam-on")
        assert not citizen.heard(settings, "du-phong"), "asked for what is recorded already"

    async def dials_later() -> None:
        await gone.wait()
        async with on_the_line(settings, "later", caller(4), journals) as citizen:
            await citizen.answer_fallback(settings)
            assert citizen.heard(settings, "cam-on")

    async with asyncio.TaskGroup() as calls:
        for call in (in_the_menu(), speaking(), sent(), dials_later()):
            calls.create_task(call)


async def hear_the_menu(settings: Settings) -> None:
    """The next server serves."""
    async with on_the_line(settings, "next", "09053999999") as citizen:
        await citizen.hear("menu")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_dies_under_its_callers(asterisk: RunningAsterisk, store: Store, fault: str) -> None:
    settings, place = asterisk.settings, 31 + list(FAULTS).index(fault)
    with hotline(settings, usual()) as server:
        try:
            asyncio.run(live(settings, server, FAULTS[fault], place))
        finally:
            server.send_signal(signal.SIGCONT)
    with hotline(settings, usual()):
        asyncio.run(hear_the_menu(settings))
    sweep_up(settings, store)
    wanted = {1: (4.0, "fallback"), 2: (SPOKEN, ""), 3: (3.0, ""), 4: (4.0, "fallback")}
    for number, (seconds, flag) in wanted.items():
        came = came_of(store, f"0905{place}0000{number}")
        assert (came.calls, came.tickets) == (1, 1), number
        assert came.seconds >= seconds - 0.5, number
        assert ("fallback" in came.flags) == (flag == "fallback"), number

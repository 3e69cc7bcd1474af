"""The FastAGI server refused, killed, stopped, late or mad: every caller is heard by the dialplan or thanked by it."""

import asyncio
import re
import time
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import assert_never

import pytest

from ivr.settings import Settings
from ivr.simulator.free_ports import free_ports
from ivr.simulator.journal_tail import Journals
from ivr.simulator.play import play
from ivr.store import Store
from ivr.testing import find_scenario
from ivr.testing.asterisk import RunningAsterisk
from ivr.testing.calls import hotline
from ivr.testing.faulty_line import Fault, FaultyLine, Moment
from ivr.testing.late import note_caller
from ivr.testing.line import Came, OnTheLine, came_of, log_of, on_the_line, sweep_up, usual

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

BEYOND = 2.0
"""Seconds beyond the dead-man's margin until the fallback must have the call: 10 with the margin of 8."""
STANDS_STILL = 10.0
"""Seconds for which a busy machine may do so."""
SPOKEN = 4.0
"""Seconds each citizen says."""
CASES = [(moment, fault) for moment in Moment for fault in Fault]
UNHARMED = "da-nang/phan-anh-gui"


@dataclass(frozen=True, kw_only=True)
class Served:
    """What became of one call whose server failed."""

    fallback_after: float | None
    """Seconds from the end of the last command the server heard of until the dialplan took the call."""
    fault: str
    """What the caller could not do; empty when all went well."""
    asked: bool
    thanked: bool
    came: Came


@dataclass(frozen=True, kw_only=True)
class Evening:
    """All calls of one run."""

    served: dict[tuple[Moment, Fault], Served]
    unharmed: Came
    faults_of_unharmed: tuple[str, ...]


def name_of(moment: Moment, fault: Fault) -> str:
    return f"{moment.name}-{fault.name}"


def number_of(moment: Moment, fault: Fault) -> str:
    return f"09051{CASES.index((moment, fault)):05d}"


async def endure(moment: Moment, fault: Fault, settings: Settings) -> tuple[str, bool, bool]:
    """Do what a citizen does whose server fails; what went wrong, whether they were asked again and thanked."""
    wrong = ""
    async with on_the_line(settings, name_of(moment, fault), number_of(moment, fault)) as caller:
        try:
            await get_through(caller, moment, settings)
        except (TimeoutError, AssertionError) as error:
            wrong = repr(error)
        return wrong, caller.heard(settings, "du-phong"), caller.heard(settings, "cam-on")


async def get_through(caller: OnTheLine, moment: Moment, settings: Settings) -> None:
    match moment:
        case Moment.CONNECTED:
            await caller.answer_fallback(settings, SPOKEN)
        case Moment.MENU:
            await caller.press_at(("menu", "1"))
            await caller.answer_fallback(settings, SPOKEN)
        case Moment.RECORDING:
            await caller.to_the_beep()
            await caller.speak(SPOKEN)
            await caller.call.press("#")
            await caller.ended()
        case _:
            assert_never(moment)


def seconds_to_fallback(line: FaultyLine, log: str, name: str) -> float | None:
    """From the last command the server heard of to the dialplan's word that it took the call."""
    header = re.search(rb"agi_uniqueid: (\S+)", line.headers[name])
    assert header is not None
    channel = re.escape(header[1].decode())
    found = re.search(rf"^\[(\S+ \S+?)\].*tongdai: fallback takes {channel} ", log, re.MULTILINE)
    if found is None or name not in line.broke_at:
        return None
    taken = datetime.fromisoformat(found[1]).timestamp()  # Asterisk and we speak the machine's local time
    return taken - (time.time() - time.monotonic()) - line.broke_at[name]


@pytest.fixture(scope="module")
def evening(asterisk: RunningAsterisk, store: Store) -> Evening:
    """Every fault at every moment, all at once, and one call beside them whose server is well."""
    settings = asterisk.settings
    (server,) = free_ports(1)
    line = FaultyLine(
        breaks={name_of(*case): case for case in CASES},
        listen=settings.agi_port,
        server=server,
    )
    unharmed = find_scenario(UNHARMED)

    async def live() -> tuple[list[tuple[str, bool, bool]], tuple[str, ...]]:
        async with line.up():
            well = asyncio.create_task(
                play(unharmed, host="127.0.0.1", port=settings.sip_port, journals=Journals(settings.spool))
            )
            heard = await asyncio.gather(*(endure(*case, settings) for case in CASES))
            played = await well
            note_caller(played.late)
            return heard, played.faults

    with hotline(settings.model_copy(update={"agi_port": server}), usual()):
        heard, faults = asyncio.run(live())
        log = log_of(asterisk)
        sweep_up(settings, store)
    return Evening(
        served={
            case: Served(
                fallback_after=seconds_to_fallback(line, log, name_of(*case)),
                fault=fault,
                asked=asked,
                thanked=thanked,
                came=came_of(store, number_of(*case)),
            )
            for case, (fault, asked, thanked) in zip(CASES, heard, strict=True)
        },
        unharmed=came_of(store, unharmed.number),
        faults_of_unharmed=faults,
    )


@pytest.mark.parametrize(("moment", "fault"), CASES, ids=lambda member: member.name.lower())
def test_whose_server_fails_is_recorded_once(
    evening: Evening, asterisk: RunningAsterisk, moment: Moment, fault: Fault
) -> None:
    served = evening.served[moment, fault]
    assert served.fault == ""
    assert served.fallback_after is not None, "the dialplan never took the call"
    assert beyond(served.fallback_after, asterisk, fault) <= BEYOND + STANDS_STILL
    assert served.asked == (moment is not Moment.RECORDING), "who is recorded is not asked again"
    assert served.thanked
    assert served.came.calls == 1
    assert served.came.tickets == 1
    assert served.came.seconds >= SPOKEN - 0.5
    assert ("fallback" in served.came.flags) == (moment is not Moment.RECORDING)


def beyond(fallback_after: float, asterisk: RunningAsterisk, fault: Fault) -> float:
    """Seconds from the moment at which the dialplan could have taken the call until it did."""
    margin = asterisk.settings.deadman_margin
    late = {Fault.CLOSED: 0.0, Fault.HALF_LINE: 1.0}.get(fault, float(margin))  # half a line: when the server dies
    return fallback_after - late


def test_the_fallback_comes_in_time(evening: Evening, asterisk: RunningAsterisk) -> None:
    """By the median: a machine that stands still for a moment delays some of the calls."""
    times = [
        beyond(served.fallback_after, asterisk, fault)
        for (_, fault), served in evening.served.items()
        if served.fallback_after is not None
    ]
    assert len(times) == len(CASES)
    assert median(times) <= BEYOND


def test_others_are_unaffected(evening: Evening) -> None:
    assert evening.faults_of_unharmed == ()
    assert evening.unharmed.tickets == 1
    assert not evening.unharmed.flags & {"fallback", "interrupted", "truncated"}

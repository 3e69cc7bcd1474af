"""A server that answers three seconds late, with the product's own margin of eight: the call is served as ever."""

import asyncio
from collections.abc import Iterator

import pytest

from ivr.settings import Settings
from ivr.simulator.free_ports import free_ports
from ivr.simulator.journal_tail import Journals
from ivr.store import Store
from ivr.testing.asterisk import RunningAsterisk
from ivr.testing.calls import hotline
from ivr.testing.faulty_line import Fault, FaultyLine, Moment
from ivr.testing.line import came_of, on_the_line, opened, short_instance, sweep_up, usual

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

LATE = 3.0
SPOKEN = 4.0
NUMBERS = {moment: f"09055{place:05d}" for place, moment in enumerate(Moment)}


@pytest.fixture(scope="module")
def asterisk() -> Iterator[RunningAsterisk]:
    margin = Settings.model_fields["deadman_margin"].default
    with short_instance(deadman_margin=margin) as running:
        yield running


@pytest.fixture(scope="module")
def store(asterisk: RunningAsterisk) -> Iterator[Store]:
    with opened(asterisk.settings) as store:
        yield store


async def reports(settings: Settings, journals: Journals, moment: Moment) -> bool:
    """Speak, send, and stay until asked for a contact; whether the dialplan's fallback was heard."""
    async with on_the_line(settings, moment.name, NUMBERS[moment], journals) as caller:
        await caller.to_the_beep()
        await caller.speak(SPOKEN)
        await caller.call.press("#")
        await caller.press_at(("xac-nhan", "1"))
        await caller.hear("lien-he")
        return caller.heard(settings, "du-phong")


def test_three_seconds_late_is_served(asterisk: RunningAsterisk, store: Store) -> None:
    settings = asterisk.settings
    (server,) = free_ports(1)
    breaks = {moment.name: (moment, Fault.LATE) for moment in Moment}
    line = FaultyLine(breaks=breaks, listen=settings.agi_port, server=server, late=LATE, once=True)

    async def live() -> list[bool]:
        journals = Journals(settings.spool)
        async with line.up():
            return await asyncio.gather(*(reports(settings, journals, moment) for moment in Moment))

    with hotline(settings.model_copy(update={"agi_port": server}), usual()):
        fell_back = asyncio.run(live())
        sweep_up(settings, store)
    assert fell_back == [False] * len(Moment)
    assert set(line.broke_at) == set(breaks), "each was late"
    for moment in Moment:
        sent = line.commands[moment.name]
        assert len([command for command in sent if command.startswith("RECORD FILE")]) == 1, "asked once for the report"
        assert len([command for command in sent if "/menu" in command]) == 1, "asked once for the choice"
        came = came_of(store, NUMBERS[moment])
        assert (came.calls, came.tickets) == (1, 1)
        assert came.seconds >= SPOKEN - 0.5
        assert not came.flags & {"fallback", "interrupted", "truncated", "hung_up"}

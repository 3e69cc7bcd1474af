"""What happens in the same moment: hang-ups on both sides, a server or a telephone that is away for seconds."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import pytest
from sqlalchemy import select

from ivr.asterisk import rendering
from ivr.model import Call, EndReason
from ivr.simulator.journal_tail import Journals
from ivr.simulator.sip import SipCall
from ivr.store import Store
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, wait_for
from ivr.testing.calls import hotline
from ivr.testing.line import OnTheLine, came_of, on_the_line, short_instance, sweep_up
from ivr.testing.persons import MORNING, PERSON, add_persons, end_of, to_a_person, until_listed, until_talking

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

MORE = """\
; the network asks not to show the caller's number
[from-trunk](+)
exten => 7001,1,Set(CALLERID(num-pres)=prohib)
 same => n,Goto(tongdai,1022,1)
; the channel that runs the dialplan is not the one that the trunk began
exten => 7002,1,Dial(Local/1022@tongdai/n)
"""


@pytest.fixture(scope="module")
def asterisk() -> Iterator[RunningAsterisk]:
    """One whose callers wait longer for a server: a busy machine needs more than seconds to start one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "RESTART", 120)
        with short_instance() as running:
            yield running


@pytest.fixture(scope="module", autouse=True)
def persons(asterisk: RunningAsterisk) -> None:
    add_persons(asterisk, more=MORE)


@contextmanager
def closed_by_the_server(asterisk: RunningAsterisk) -> Iterator[None]:
    """Nothing of the call is left for the sweep."""
    yield
    wait_for(lambda: not list(asterisk.settings.spool.glob("*.jsonl")), "a call was not closed by the server")


def test_who_talked_while_the_server_was_restarted_goes_on_with_the_next(
    asterisk: RunningAsterisk, store: Store
) -> None:
    """The talk ends while no server is there: music for seconds, not the good-bye of the dialplan alone."""
    settings = asterisk.settings
    journals = Journals(settings.spool)
    asterisk.ask("dialplan set global TALKED ")

    async def live() -> None:
        async with AsyncExitStack() as line:
            with hotline(settings, MORNING, person=PERSON):
                citizen = await line.enter_async_context(on_the_line(settings, "restart", "0905810004", journals))
                await to_a_person(citizen)
                await until_talking(asterisk, "0905810004")
            asterisk.ask("dialplan set global TALKED yes")
            await asyncio.sleep(1.5)
            with hotline(settings, MORNING, person=PERSON), closed_by_the_server(asterisk):
                await citizen.hear("tam-biet")
                await citizen.ended()
            assert citizen.heard(settings, "cho", folder="music")

    asyncio.run(live())
    assert end_of(store, "0905810004") == (EndReason.COMPLETED, [("noi-may", "answered"), ("tam-biet", "")])


def test_person_and_citizen_hang_up_while_the_server_stands_still(asterisk: RunningAsterisk, store: Store) -> None:
    settings = asterisk.settings
    journals = Journals(settings.spool)
    asterisk.ask("dialplan set global TALKED ")

    async def live(server: int) -> None:
        async with on_the_line(settings, "both", "0905820004", journals) as citizen:
            await to_a_person(citizen)
            await until_talking(asterisk, "0905820004")
            os.kill(server, signal.SIGSTOP)
            try:
                asterisk.ask("dialplan set global TALKED yes")
                await until_asked(asterisk, "0905820004")
                await citizen.call.hang_up()
                await asyncio.sleep(0.5)
            finally:
                os.kill(server, signal.SIGCONT)

    with hotline(settings, MORNING, person=PERSON) as process, closed_by_the_server(asterisk):
        asyncio.run(live(process.pid))
    assert end_of(store, "0905820004") == (EndReason.CONNECTED, [("noi-may", "answered")])


def test_a_telephone_that_registers_anew_takes_nobody_out_of_the_queue(asterisk: RunningAsterisk, store: Store) -> None:
    """Its page is loaded again: for seconds no telephone is there."""
    settings = asterisk.settings.model_copy(update={"operator_wait": 15})
    journals = Journals(settings.spool)

    def state(word: str) -> None:
        asterisk.ask(f"devstate change Custom:tongdai {word}")

    async def live() -> None:
        async with (
            on_the_line(settings, "one", "0905830013", journals) as first,
            on_the_line(settings, "two", "0905830023", journals) as second,
        ):
            await to_a_person(first)
            await to_a_person(second)
            await until_listed(asterisk, "PJSIP/trunk", "PJSIP/trunk")
            state("UNAVAILABLE")
            await asyncio.sleep(2)
            await until_listed(asterisk, "PJSIP/trunk", "PJSIP/trunk")
            state("NOT_INUSE")
            await asyncio.gather(first.hear("ban"), second.hear("ban"))

    try:
        with hotline(settings, MORNING, person=PERSON), closed_by_the_server(asterisk):
            asyncio.run(live())
    finally:
        state("UNKNOWN")
    assert end_of(store, "0905830013") == (EndReason.HUNG_UP, [("noi-may", "unanswered"), ("ban", "")])


def test_the_number_of_who_withholds_it_is_in_no_file(asterisk: RunningAsterisk, store: Store) -> None:
    """Of the caller in the queue: Asterisk's own log of queues would have it."""
    settings = asterisk.settings
    hidden = "0905999993"

    async def live() -> None:
        async with dialled(asterisk, "7001", hidden) as caller:
            await to_a_person(caller)
            await until_listed(asterisk, "PJSIP/trunk")

    with hotline(settings, MORNING, person=PERSON), closed_by_the_server(asterisk):
        asyncio.run(live())
    with store.reading() as session:
        assert session.scalars(select(Call.caller_raw).where(Call.caller_number.is_(None))).all() == [""]
    found = [
        path.relative_to(settings.home).as_posix()
        for path in settings.home.rglob("*")
        if path.is_file() and hidden[1:].encode() in path.read_bytes()
    ]
    assert found == []


def test_a_talk_counts_as_one_also_where_the_trunks_channel_is_not_the_dialplans(
    asterisk: RunningAsterisk, store: Store
) -> None:
    async def live() -> None:
        async with dialled(asterisk, "7002", "0905840001") as caller:
            await to_a_person(caller)
            await caller.hear("tam-biet")
            await caller.ended()

    with hotline(asterisk.settings, MORNING, person=PERSON), closed_by_the_server(asterisk):
        asyncio.run(live())
    assert end_of(store, "0905840001") == (EndReason.COMPLETED, [("noi-may", "answered"), ("tam-biet", "")])


def test_a_channel_that_is_sent_to_the_menu_once_more_is_another_call(asterisk: RunningAsterisk, store: Store) -> None:
    """As a transfer does it, out of a talk."""
    settings = asterisk.settings
    journals = Journals(settings.spool)
    asterisk.ask("dialplan set global TALKED ")

    async def live() -> None:
        async with on_the_line(settings, "again", "0905850004", journals) as citizen:
            await to_a_person(citizen)
            await until_talking(asterisk, "0905850004")
            (line,) = await lines_of(asterisk, "0905850004")
            asterisk.ask(f"channel redirect {line.partition('!')[0]} tongdai,1022,1")
            assert citizen.tail is not None
            citizen.tail.close()
            citizen.tail, citizen.position = None, 0
            await citizen.hear("menu")

    with hotline(settings, MORNING, person=PERSON):
        asyncio.run(live())
    sweep_up(settings, store)
    assert came_of(store, "0905850004").calls == 2


@asynccontextmanager
async def dialled(asterisk: RunningAsterisk, called: str, number: str) -> AsyncIterator[OnTheLine]:
    """A caller of another number than the hotline's."""
    settings = asterisk.settings
    call = SipCall(host="127.0.0.1", port=settings.sip_port, called=called, number=number, name="", keep_audio=True)
    caller = OnTheLine(call=call, number=number, journals=Journals(settings.spool), name="")
    await asyncio.wait_for(call.dial(), PATIENCE)
    try:
        yield caller
    finally:
        await call.close()
        if caller.tail is not None:
            caller.tail.close()


async def until_asked(asterisk: RunningAsterisk, number: str) -> None:
    """Until the dialplan waits for the server's word."""
    for _ in range(600):
        if any(line.split("!")[5] == "AGI" for line in await lines_of(asterisk, number)):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the server is not asked")


async def lines_of(asterisk: RunningAsterisk, number: str) -> list[str]:
    """The trunk's channels of this caller, as ``core show channels concise`` has them."""
    listed = await asyncio.to_thread(asterisk.ask, "core show channels concise")
    return [line for line in listed.splitlines() if line.startswith("PJSIP/trunk") and number[-9:] in line]

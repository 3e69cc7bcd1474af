"""Callers who wait for a person and talk on a real Asterisk, with our server and without: the call outlives it."""

import asyncio
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from ivr.asterisk import configuration_folder
from ivr.callcentre.visits import Outcome
from ivr.city.flow.switches import throw_switch
from ivr.model import Call, EndReason
from ivr.model.calls import promised
from ivr.model.numbers import normalise
from ivr.simulator.journal_tail import Journals
from ivr.store import Store
from ivr.testing.asterisk import RunningAsterisk, wait_for
from ivr.testing.calls import hotline
from ivr.testing.line import OnTheLine, came_of, on_the_line, sweep_up
from ivr.testing.persons import MORNING, PERSON, add_persons, end_of, to_a_person, until_listed, until_talking
from ivr.testing.queue_rows import add_visit

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

ANSWERED_WITHIN = 20
"""Seconds in which a person takes the call, also on a busy machine; who waits in vain waits so long."""


@pytest.fixture(scope="module", autouse=True)
def persons(asterisk: RunningAsterisk) -> None:
    add_persons(asterisk)


def test_what_becomes_of_who_waits_for_a_person(asterisk: RunningAsterisk, store: Store) -> None:
    settings = asterisk.settings.model_copy(update={"operator_wait": ANSWERED_WITHIN})
    journals = Journals(settings.spool)

    async def served() -> None:
        async with on_the_line(settings, "served", "0905700001", journals) as citizen:
            await to_a_person(citizen)
            await citizen.hear("tam-biet")
            await citizen.ended()

    async def leaves_the_talk() -> None:
        async with on_the_line(settings, "departs", "0905700002", journals) as citizen:
            await to_a_person(citizen)
            await until_talking(asterisk, "0905700002")

    async def waits_in_vain() -> None:
        async with on_the_line(settings, "in vain", "0905700003", journals) as citizen:
            await to_a_person(citizen)
            await citizen.hear("ban")

    async def leaves_the_queue() -> None:
        async with on_the_line(settings, "early", "0905700013", journals) as citizen:
            await to_a_person(citizen)
            await asyncio.sleep(1)

    async def all_at_once() -> None:
        async with asyncio.TaskGroup() as calls:
            for call in (served(), leaves_the_talk(), waits_in_vain(), leaves_the_queue()):
                calls.create_task(call)

    with hotline(settings, MORNING, person=PERSON):
        asyncio.run(all_at_once())
        wait_for(lambda: not list(settings.spool.glob("*.jsonl")), "a call was not closed by the server")
    assert end_of(store, "0905700001") == (
        EndReason.COMPLETED,
        [("noi-may", "answered"), ("tam-biet", "")],
    )
    assert end_of(store, "0905700002") == (EndReason.CONNECTED, [("noi-may", "answered")])
    assert end_of(store, "0905700003") == (EndReason.HUNG_UP, [("noi-may", "unanswered"), ("ban", "")])
    assert end_of(store, "0905700013") == (EndReason.HUNG_UP, [("noi-may", "")])


def test_the_server_dies_while_callers_wait_and_talk(asterisk: RunningAsterisk, store: Store) -> None:
    """Who waited is asked for the report, who talked is thanked, and who still talks goes on with the next server."""
    settings = asterisk.settings.model_copy(update={"operator_wait": ANSWERED_WITHIN})
    journals = Journals(settings.spool)
    asterisk.ask("dialplan set global TALKED ")

    async def waits(citizen: OnTheLine) -> None:
        await citizen.answer_fallback(settings)
        assert citizen.heard(settings, "cam-on")

    async def has_talked(citizen: OnTheLine) -> None:
        await citizen.ended()
        assert citizen.heard(settings, "tam-biet")
        assert not citizen.heard(settings, "du-phong"), "asked for a report after the talk"
        assert not citizen.heard(settings, "cam-on"), "thanked for a report that nobody recorded"

    async def live() -> None:
        async with AsyncExitStack() as calls:

            async def dials(name: str, number: str) -> OnTheLine:
                citizen = await calls.enter_async_context(on_the_line(settings, name, number, journals))
                await to_a_person(citizen)
                return citizen

            with hotline(settings, MORNING, person=PERSON) as server:
                waiting, talking, staying = await asyncio.gather(
                    dials("waits", "0905710003"), dials("talks", "0905710001"), dials("stays", "0905710004")
                )
                server.kill()
            await asyncio.gather(waits(waiting), has_talked(talking))
            with hotline(settings, MORNING, person=PERSON):
                asterisk.ask("dialplan set global TALKED yes")
                await staying.hear("tam-biet")
                await staying.ended()

    asyncio.run(live())
    sweep_up(settings, store)
    assert end_of(store, "0905710004") == (EndReason.COMPLETED, [("noi-may", "answered"), ("tam-biet", "")])
    came = {number: came_of(store, number) for number in ("0905710003", "0905710001", "0905710004")}
    assert {number: (each.calls, each.tickets) for number, each in came.items()} == {
        "0905710003": (1, 1),
        "0905710001": (1, 0),
        "0905710004": (1, 0),
    }
    assert "fallback" in came["0905710003"].flags


def test_where_no_telephone_is_signed_in_the_caller_hears_so_at_once(asterisk: RunningAsterisk, store: Store) -> None:
    """One that this Asterisk knows and that is away, and one that it does not know."""
    settings = asterisk.settings

    async def live() -> None:
        async with on_the_line(settings, "absent", "0905720001") as citizen:
            await citizen.press_at(("menu", "0"))
            began = asyncio.get_running_loop().time()
            await citizen.hear("khong-co-nguoi")
            assert asyncio.get_running_loop().time() - began < settings.operator_wait
            assert not citizen.heard(settings, "chuyen-may"), "is told to hold on for an empty desk"

    with hotline(settings, MORNING, person="PJSIP/100&PJSIP/999"):
        asyncio.run(live())
        wait_for(lambda: not list(settings.spool.glob("*.jsonl")), "a call was not closed by the server")
    assert end_of(store, "0905720001") == (EndReason.HUNG_UP, [("noi-may", "absent"), ("vang", "")])


def test_who_waits_hears_music_a_reminder_and_the_place(asterisk: RunningAsterisk) -> None:
    """The second in the language of its caller; while a telephone rings for the first nothing is said."""
    settings = asterisk.settings.model_copy(update={"operator_wait": 40})
    journals = Journals(settings.spool)

    async def live() -> None:
        async with (
            on_the_line(settings, "first", "0905730003", journals) as first,
            on_the_line(settings, "second", "0905730013", journals) as second,
        ):
            await to_a_person(first)
            await second.press_at(("menu", "9"))
            await to_a_person(second)
            await asyncio.gather(first.hear("ban"), second.hear("ban"))
            assert first.heard(settings, "cho", folder="music")
            assert first.heard(settings, "cho-nhac")
            assert first.heard(settings, "cho-tiep-theo")
            assert second.heard(settings, "cho-nhac", folder="en")
            assert second.heard(settings, "cho-vi-tri", folder="en")

    with hotline(settings, MORNING, person=PERSON):
        asyncio.run(live())
        wait_for(lambda: not list(settings.spool.glob("*.jsonl")), "a call was not closed by the server")
    log = (settings.logs / "asterisk" / "messages").read_text(errors="replace")
    assert "does not exist in any format" not in log, "a sound is missing"


def test_who_waits_on_after_the_offer_keeps_the_place(asterisk: RunningAsterisk) -> None:
    settings = asterisk.settings

    async def live() -> None:
        async with on_the_line(settings, "patient", "0905740003") as patient:
            await to_a_person(patient)
            await until_listed(asterisk, "PJSIP/trunk")
            asterisk.ask("channel originate Local/waits@tongdai-test application Wait 600")
            await until_listed(asterisk, "PJSIP/trunk", "Local/waits")
            await patient.press_at(("ban", "3"))
            await until_listed(asterisk, "PJSIP/trunk", "Local/waits")

    with hotline(settings, MORNING, person=PERSON):
        asyncio.run(live())
    asterisk.ask("channel request hangup all")


def test_who_asks_for_rescue_comes_before_who_waits_already(asterisk: RunningAsterisk) -> None:
    """In the emergency menu; refuses to be recorded, and is led to a person."""
    settings = asterisk.settings

    async def live() -> None:
        asterisk.ask("channel originate Local/waits@tongdai-test application Wait 600")
        await until_listed(asterisk, "Local/waits")
        async with on_the_line(settings, "rescue", "0905760003") as rescue:
            await rescue.press_at(("khan-cap", "1"), ("noi-khan-cap", "0"))
            await until_listed(asterisk, "PJSIP/trunk", "Local/waits")

    throw_switch(settings, "emergency", True, datetime.now(UTC))
    try:
        with hotline(settings, MORNING, person=PERSON):
            asyncio.run(live())
    finally:
        throw_switch(settings, "emergency", False, datetime.now(UTC))
        asterisk.ask("channel request hangup all")


def test_what_is_foretold_and_who_comes_first_by_what_earlier_calls_were(
    asterisk: RunningAsterisk, store: Store
) -> None:
    """Ten calls of the last hour carry an estimate; who waited in vain this morning comes before who waits."""
    settings, now = asterisk.settings.model_copy(update={"operator_wait": ANSWERED_WITHIN}), MORNING.at
    for number in range(10):
        add_visit(store, f"answered.{number}", joined_at=now - timedelta(minutes=20), outcome=Outcome.ANSWERED)
    again = normalise("0905770003")
    with store.transaction() as session:
        session.add(
            Call(
                id="01K5CALL000000000000000770", instance="1022", city="da-nang", caller_number=again,
                started_at=now - timedelta(hours=2), linkedid="vain.1",
            )
        )  # fmt: skip
    add_visit(store, "vain.1", joined_at=now - timedelta(hours=2), outcome=Outcome.ABANDONED)

    async def live() -> None:
        async with on_the_line(settings, "first time", "0905770013") as first:
            await first.press_at(("menu", "0"))
            await first.hear("cho-khoang")
            await until_listed(asterisk, "PJSIP/trunk")
            asterisk.ask("channel originate Local/waits@tongdai-test application Wait 600")
            await until_listed(asterisk, "PJSIP/trunk", "Local/waits")
            await first.hear("cho-khoang")
            await first.press_at(("ban", "3"))
            await until_listed(asterisk, "PJSIP/trunk", "Local/waits")
        async with on_the_line(settings, "again", "0905770003") as citizen:
            await to_a_person(citizen)
            await until_listed(asterisk, "PJSIP/trunk", "Local/waits")

    with hotline(settings, MORNING, person=PERSON):
        asyncio.run(live())
        asterisk.ask("channel request hangup all")
        wait_for(lambda: not list(settings.spool.glob("*.jsonl")), "a call was not closed by the server")
    _, steps = end_of(store, "0905770013")
    assert [note for node, note in steps if node == "noi-may"] == [f"{promised(3)}; unanswered", promised(3), ""]


def test_a_queue_that_asterisk_does_not_have_leads_on_at_once(asterisk: RunningAsterisk, store: Store) -> None:
    settings = asterisk.settings

    async def live() -> None:
        async with on_the_line(settings, "nowhere", "0905750003") as citizen:
            await citizen.press_at(("menu", "0"), ("khong-co-nguoi", "2"))
            asterisk.ask("channel originate Local/vanished@tongdai-test application Wait 60")
            await citizen.ended()

    with hotline(settings, MORNING, person=PERSON):
        (configuration_folder(settings) / "tongdai-queues.conf").write_text("")
        asterisk.ask("queue reload all")
        asyncio.run(live())
        wait_for(lambda: not list(settings.spool.glob("*.jsonl")), "a call was not closed by the server")
    reason, steps = end_of(store, "0905750003")
    assert (reason, steps[:2]) == (EndReason.COMPLETED, [("noi-may", "absent"), ("vang", "")])
    log = (settings.logs / "asterisk" / "messages").read_text()
    assert 'there is no queue "vanished"' in log
    assert re.search(r'fallback takes \S+ at stage "menu"', log)
    asterisk.ask("channel request hangup all")

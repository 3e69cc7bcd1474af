"""Who hangs up before the server was asked has called all the same: one row, no step, no ticket, nothing left over."""

import asyncio

import pytest
from sqlalchemy import select

from ivr.model import Call, EndReason
from ivr.store import Store
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, wait_for
from ivr.testing.calls import hotline
from ivr.testing.line import came_of, on_the_line, sweep_up, usual

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(600)]

NUMBER = "0905600001"
BEFORE = " same => n,Set(TONGDAI_ASKED=1)\n"


def test_a_caller_who_leaves_at_once_has_a_row(asterisk: RunningAsterisk, store: Store) -> None:
    settings = asterisk.settings
    dialplan = settings.home / "asterisk" / "etc" / "tongdai-dialplan.conf"
    text = dialplan.read_text()
    assert text.count(BEFORE) == 1
    dialplan.write_text(
        text.replace(BEFORE, f" same => n,Wait(5)\n{BEFORE}")
    )  # time to leave before the server is asked
    asterisk.ask("dialplan reload")
    try:
        with hotline(settings, usual()):
            asyncio.run(dial_and_leave(asterisk))
            wait_for(lambda: came_of(store, NUMBER).calls, "no row", seconds=PATIENCE)
            wait_for(lambda: ended(store), "the row is not closed", seconds=PATIENCE)
    finally:
        dialplan.write_text(text)
        asterisk.ask("dialplan reload")
    sweep_up(settings, store)
    assert (came_of(store, NUMBER).calls, came_of(store, NUMBER).tickets) == (1, 0)


async def dial_and_leave(asterisk: RunningAsterisk) -> None:
    async with on_the_line(asterisk.settings, "gone", NUMBER) as citizen:
        await citizen.call.hang_up()


def ended(store: Store) -> bool:
    with store.reading() as session:
        call = session.scalars(select(Call).where(Call.caller_raw == NUMBER)).one()
        return call.ended_at is not None and call.end_reason is EndReason.HUNG_UP

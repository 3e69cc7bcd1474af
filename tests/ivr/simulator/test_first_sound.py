"""A caller answers the prompt that a key led to, not what sounded while the key was pressed and the journal unread."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ivr.simulator.journal_tail import Journals, Tail
from ivr.simulator.play import first_sound_of
from ivr.simulator.sip import SipCall
from ivr.testing.line import REACTION, OnTheLine

PACKET = b"\xd5" * 160
WRITTEN, BEFORE, PRESSED, AFTER = 50.0, 40.0, 30.0, 20.0
"""Seconds ago: the journal's line at the earliest, sound of the old prompt, the key's end, sound of the new prompt."""


async def heard(folder: Path, ask: Callable[[OnTheLine, float], Awaitable[float]]) -> tuple[float, float]:
    """What is asked of a caller whose journal was not looked at for long, and now."""
    path = folder / "journal"
    path.write_text(json.dumps({"line": "playing", "node": "noi", "prompts": ["noi"]}) + "\n", encoding="utf-8")
    os.utime(path, (time.time() - WRITTEN,) * 2)
    call = SipCall(host="127.0.0.1", port=9, called="1022", number="", name="")
    now = time.monotonic()
    for ago in (BEFORE, AFTER):
        call.ear.take(PACKET, now - ago)
    with path.open("rb") as file:
        caller = OnTheLine(call=call, number="", journals=Journals(folder), name="", tail=Tail(file))
        return await ask(caller, now), now


def test_a_simulated_citizen_answers_what_began_after_the_key(tmp_path: Path) -> None:
    async def ask(caller: OnTheLine, now: float) -> float:
        assert caller.tail is not None
        found = await caller.tail.wait_for("noi", 0)
        assert found == 0
        assert await first_sound_of(found, caller.tail, caller.call, 0.0) == pytest.approx(now - BEFORE)
        return await first_sound_of(found, caller.tail, caller.call, now - PRESSED)

    began, now = asyncio.run(heard(tmp_path, ask))
    assert began == pytest.approx(now - AFTER)


def test_a_caller_led_by_hand_does_so_too(tmp_path: Path) -> None:
    async def ask(caller: OnTheLine, now: float) -> float:
        caller.done = now - PRESSED
        await caller.hear("noi")
        return caller.meant

    meant, now = asyncio.run(heard(tmp_path, ask))
    assert meant == pytest.approx(now - AFTER + REACTION)

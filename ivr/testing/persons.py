"""Persons who are rung on a real Asterisk, and what became of who waited for them. Imported by tests alone."""

import asyncio
import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from ivr.model import Call, CallStep, EndReason
from ivr.model.numbers import normalise
from ivr.store import Store
from ivr.testing.asterisk import PATIENCE, RunningAsterisk, add_dialplan
from ivr.testing.line import OnTheLine, usual

PERSON = "Local/person@tongdai-test"
"""Does what the last digit of the caller's number says."""
DIALPLAN = """\
[tongdai-test]
exten => waits,1,Answer()
 same => n,Queue(da-nang-operator)
exten => person,1,Goto(p${CALLERID(num):-1},1)
; takes the call and hangs up after a moment
exten => p1,1,Ringing()
 same => n,Wait(1)
 same => n,Answer()
 same => n,Wait(2)
 same => n,Hangup()
; takes it and stays
exten => p2,1,Answer()
 same => n,Wait(600)
; never takes it
exten => p3,1,Ringing()
 same => n,Wait(600)
; the queue went away between the server's question and the dialplan's
exten => vanished,1,Answer()
 same => n,Set(TONGDAI_STAGE=menu)
 same => n,Set(TONGDAI_QUEUE=vanished)
 same => n,Set(TONGDAI_CALL=01ARZ3NDEKTSV4RRFFQ69G5FAV)
 same => n,Goto(tongdai-hotline,1022,queue)
; takes it and hangs up when the test says so
exten => p4,1,Answer()
 same => n(talk),Wait(0.3)
 same => n,GotoIf($["${GLOBAL(TALKED)}" = ""]?talk)
 same => n,Hangup()
"""
MORNING = replace(usual(), at=datetime.fromisoformat("2026-03-03T09:30:00+07:00"))


def add_persons(asterisk: RunningAsterisk, *, more: str = "") -> None:
    """Put them, and whatever else a test needs, into the dialplan."""
    add_dialplan(asterisk.settings, DIALPLAN + more, "persons")
    asterisk.ask("dialplan reload")


async def to_a_person(citizen: OnTheLine) -> None:
    """Key 0, until the queue has the call."""
    await citizen.press_at(("menu", "0"))
    await citizen.hear("chuyen-may")
    assert citizen.tail is not None
    await asyncio.wait_for(citizen.tail.wait_for_queue(), PATIENCE)


def end_of(store: Store, number: str) -> tuple[EndReason | None, list[tuple[str, str]]]:
    """How the single call of this number ended, and its steps from the one that rings a person on."""
    with store.reading() as session:
        (call,) = session.scalars(select(Call).where(Call.caller_number == normalise(number)))
        steps = session.scalars(select(CallStep).where(CallStep.call_id == call.id).order_by(CallStep.seq))
        notes = [(step.node, step.note) for step in steps]
    first = next(at for at, (node, _) in enumerate(notes) if node == "noi-may")
    return call.end_reason, notes[first:]


async def until_listed(asterisk: RunningAsterisk, *channels: str) -> None:
    """Until these callers, and no others, stand in the queue in this order."""
    found: list[str] = []
    for _ in range(600):
        listed = await asyncio.to_thread(asterisk.ask, "queue show da-nang-operator")
        found = re.findall(r"^ +\d+\. (\S+)-", listed, re.MULTILINE)
        if len(found) == len(channels) and all(map(str.startswith, found, channels)):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"in the queue: {found}")


async def until_talking(asterisk: RunningAsterisk, number: str) -> None:
    """Until Asterisk says of this caller's channel that a person has been connected."""
    for _ in range(600):
        listed = await asyncio.to_thread(asterisk.ask, "core show channels concise")
        bridged = [line.split("!") for line in listed.splitlines()]
        if any(
            number[-9:] in fields[7] and fields[12] for fields in bridged if len(fields) > 12 and "PJSIP" in fields[0]
        ):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{number} talks with no person")

"""Who should be in which queue; and that the fake's queues answer as a real Asterisk's."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ivr.asterisk import find_asterisk
from ivr.asterisk.ami import Ami, AmiRefused
from ivr.asterisk.listed_members import read_member
from ivr.asterisk.logins import load_logins
from ivr.callcentre.operators import Operator, OperatorState, Pause
from ivr.services.operators import AtWork
from ivr.testing import need
from ivr.testing.ami import FakeAmi
from ivr.testing.asterisk import private_settings, running_asterisk
from ivr.testing.hub import run, until
from ivr.watch.members import STANDS_BACK, Member, wanted_members

S = OperatorState
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
QUEUE = "da-nang-operator"
OURS = "Local/desk@tongdai-test"


def at_work(number: int, state: OperatorState, *, queues: frozenset[str] | None = None) -> AtWork:
    pause = Pause(reason="giai-lao") if state is S.PAUSED else None
    phone = "" if state is S.SIGNED_OUT else f"PJSIP/{number}"
    operator = Operator(state=state, since=NOW, phone=phone, pause=pause)
    return AtWork(person_id=number, name="", queues=queues, may_answer=True, operator=operator)


def test_configured_telephones_stand_in_while_no_operator_is_there() -> None:
    fixed = {"a": ("PJSIP/100",), "b": ()}
    assert wanted_members([at_work(1, S.SIGNED_OUT)], fixed, fixed) == {
        ("a", "PJSIP/100"): Member(name="", paused=False)
    }
    there = wanted_members([at_work(1, S.PAUSED), at_work(2, S.READY, queues=frozenset("b"))], fixed, fixed)
    assert there == {
        ("a", "PJSIP/100"): Member(name="", paused=True, reason=STANDS_BACK),
        ("a", "PJSIP/1"): Member(name="tongdai-1", paused=True, reason="giai-lao"),
        ("b", "PJSIP/1"): Member(name="tongdai-1", paused=True, reason="giai-lao"),
        ("b", "PJSIP/2"): Member(name="tongdai-2", paused=False),
    }


@pytest.mark.parametrize("state", [state for state in S if state is not S.SIGNED_OUT])
def test_only_who_is_ready_is_rung(state: OperatorState) -> None:
    (member,) = wanted_members([at_work(1, state)], ["a"], {}).values()
    assert member.paused is (state is not S.READY)


def test_an_operator_at_a_configured_telephone_is_that_member() -> None:
    (member,) = wanted_members([at_work(100, S.READY)], ["a"], {"a": ("PJSIP/100",)}).values()
    assert member == Member(name="tongdai-100", paused=False)


async def talk(ami: Ami) -> list[object]:
    """What is answered to everything that ``watch`` says to queues, right and wrong."""
    heard: list[object] = []

    async def says(action: str, queue: str = QUEUE, **given: str) -> None:
        try:
            await ami.ask({"Action": action, "Queue": queue, "Interface": OURS, **given})
            heard.append(action)
        except AmiRefused as refused:
            heard.append((action, str(refused)))
        answer = await ami.ask({"Action": "QueueStatus"}, many=True)
        listed = [member for event in answer if (member := read_member(event)) is not None]
        heard.append([(each.name, each.dynamic, each.paused) for each in listed if each.interface == OURS])
        heard.append(QUEUE in {event.get("Queue") for event in answer if event.get("Event") == "QueueParams"})

    await says("QueueAdd", queue="no-such-queue", MemberName="tongdai-7")
    await says("QueuePause", Paused="true")
    await says("QueueRemove")
    await says("QueueAdd", MemberName="tongdai-7", Paused="true", Reason="vao-ca")
    await says("QueueAdd", MemberName="tongdai-7", Paused="true")
    await says("QueuePause", Paused="false")
    await says("QueuePause", Paused="true", Reason="giai-lao")
    await says("QueueRemove")
    return heard


async def hear(port: int, secret: str, username: str) -> list[object]:
    ami = Ami(port=port, username=username, secret=secret)
    ami.start()
    try:
        await until(lambda: ami.authenticated)
        return await talk(ami)
    finally:
        ami.close()
        await asyncio.sleep(0)


@pytest.mark.asterisk
def test_the_fake_answers_as_asterisk_does() -> None:
    async def test() -> None:
        async with FakeAmi() as fake:
            faked = await hear(fake.port, fake.secret, "tongdai")
        with TemporaryDirectory(prefix="td", dir="/tmp") as folder:
            settings = private_settings(Path(folder), free_space_mb=0)
            need(find_asterisk(settings), "no Asterisk ≥ 18: run `make asterisk`")
            logins = load_logins(settings)
            with running_asterisk(settings):
                real = await hear(settings.ami_port, logins.ami_secret, logins.ami_user)
        assert faked == real

    run(test())

"""Operators work at telephones of a real Asterisk: they come into its queues, rest, talk, and outlive our processes."""

import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.asterisk import load_logins
from ivr.callcentre.acts import Why
from ivr.callcentre.operators import NO_ANSWER, SIGNED_IN, OperatorState
from ivr.model import Role, Wanted
from ivr.settings import Settings
from ivr.store import Store, open_store
from ivr.testing.answerer import Answerer
from ivr.testing.asterisk import RunningAsterisk, asterisk_and_rows, running_asterisk, wait_for
from ivr.testing.odd_caller import odd_call
from ivr.testing.operators import AtDesk
from ivr.testing.processes import running

pytestmark = pytest.mark.asterisk

S = OperatorState
QUEUE = "da-nang-operator"
FIXED, FIRST, SECOND, GONE = (f"Local/{name}@desk-test" for name in ("fixed", "first", "second", "gone"))
DESK = f"""\
wrap_up = 2
grace = 10
most_missed = 2

[telephones.first]
name = {{ vi = "Bàn 1", en = "Desk 1" }}
interface = "{FIRST}"

[telephones.second]
name = {{ vi = "Bàn 2", en = "Desk 2" }}
interface = "{SECOND}"

[telephones.registers]
name = {{ vi = "Bàn 100", en = "Desk 100" }}
interface = "PJSIP/100"

[telephones.gone]
name = {{ vi = "Bàn 3", en = "Desk 3" }}
interface = "PJSIP/no-such-telephone"

[pauses.giai-lao]
name = {{ vi = "Giải lao", en = "Break" }}
minutes = 15
"""
DIALPLAN = """\
[from-trunk](+)
exten => 77,1,Answer()
 same => n,Wait(0.5)
 same => n,Queue(da-nang-operator,c,,,60)
 same => n,Hangup()

[desk-test]
exten => fixed,1,Answer()
 same => n,Wait(600)
; takes the call after a moment and hangs up when the test says so
exten => first,1,Ringing()
 same => n,Wait(0.5)
 same => n,Answer()
 same => n(talk),Wait(0.2)
 same => n,GotoIf($["${GLOBAL(TALKED)}" = ""]?talk)
 same => n,Hangup()
; is engaged: a ring in vain at once
exten => second,1,Busy(1)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    config = tmp_path / "config"
    shutil.copytree("config", config)
    (config / "desk.toml").write_text(DESK, encoding="utf-8")
    with asterisk_and_rows(DIALPLAN, operator_phone=FIXED, config=config) as settings:
        yield settings


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings)
    yield store
    store.close()


def members(asterisk: RunningAsterisk) -> dict[str, bool]:
    """Whether each telephone of the queue is paused."""
    lines = asterisk.ask(f"queue show {QUEUE}").splitlines()
    found = {line: re.search(r"Local/\w+@desk-test|PJSIP/[\w-]+", line) for line in lines if "has taken" in line}
    return {match[0]: "(paused" in line for line, match in found.items() if match}


def until_members(asterisk: RunningAsterisk, **wanted: bool) -> None:
    names = {"fixed": FIXED, "first": FIRST, "second": SECOND}
    expected = {names[name]: paused for name, paused in wanted.items()}
    wait_for(lambda: members(asterisk) == expected, f"in the queue are {members(asterisk)}, not {expected}")


def test_an_operator_signs_in_talks_and_goes(settings: Settings, store: Store) -> None:
    first, second, boss = (AtDesk(settings, store, name) for name in ("lan", "minh", "hoa"))
    with running_asterisk(settings) as asterisk, running(settings, "watch", ready="desk.synced"):
        until_members(asterisk, fixed=False)
        assert first.asks(Wanted.READY) is Why.NOT_SIGNED_IN
        assert first.asks(Wanted.SIGN_IN, phone="PJSIP/0905123456@trunk") is Why.NO_PHONE
        assert first.asks(Wanted.SIGN_IN, phone=FIRST) is None
        assert first.now().pause == SIGNED_IN
        until_members(asterisk, fixed=True, first=True)  # the telephone that stood in steps back
        assert second.asks(Wanted.SIGN_IN, phone=FIRST) is Why.PHONE_TAKEN
        assert second.asks(Wanted.SIGN_IN, phone="PJSIP/no-such-telephone") is None
        assert second.asks(Wanted.READY) is Why.NO_CONNECTION
        assert second.asks(Wanted.SIGN_OUT) is None

        began = time.monotonic()
        assert first.asks(Wanted.READY) is None
        print(f"ready after {time.monotonic() - began:.3f} s")
        until_members(asterisk, fixed=True, first=False)
        with odd_call(port=settings.sip_port, called="77"):
            first.until(lambda operator: operator.state is S.RINGING)
            talking = first.until(lambda operator: operator.state is S.TALKING)
            assert talking.linkedid
            until_members(asterisk, fixed=True, first=True)  # no other caller rings during the talk
            assert first.asks(Wanted.SIGN_OUT) is Why.IN_CALL
            assert first.asks(Wanted.PAUSE, reason="khong-co") is Why.NO_REASON
            assert first.asks(Wanted.PAUSE, reason="giai-lao") is None  # after the talk
            asterisk.ask("dialplan set global TALKED 1")
            first.until(lambda operator: operator.state is S.WRAP_UP)
        resting = first.until(lambda operator: operator.state is S.PAUSED)
        assert resting.pause is not None
        assert resting.pause.reason == "giai-lao"
        assert first.asks(Wanted.SIGN_OUT) is None
        until_members(asterisk, fixed=False)
    assert boss.now().state is S.SIGNED_OUT


def test_a_telephone_that_registers_and_goes(settings: Settings, store: Store) -> None:
    operator, secret = AtDesk(settings, store, "lan"), load_logins(settings).softphones["100"]
    with running_asterisk(settings), running(settings, "watch", ready="desk.synced"), Answerer(rings=0.5) as phone:
        assert operator.asks(Wanted.SIGN_IN, phone="PJSIP/100") is None
        assert operator.asks(Wanted.READY) is Why.NO_CONNECTION
        for _ in range(2):
            phone.register(settings.sip_port, "100", secret)
            operator.until_asked(Wanted.READY)
            phone.again()
            with odd_call(port=settings.sip_port, called="77"):
                operator.until(lambda now: now.state is S.TALKING)
            wait_for(phone.ended.is_set, "the telephone was not hung up")
            operator.until(lambda now: now.state is S.READY)  # the paper work took its two seconds
            phone.register(settings.sip_port, "100", secret, seconds=0)
            operator.until(lambda now: now.state is S.CONNECTION_LOST)
        operator.until(lambda now: now.state is S.SIGNED_OUT)


def test_who_does_not_answer_rests_and_the_call_goes_to_who_does(settings: Settings, store: Store) -> None:
    answers, misses = AtDesk(settings, store, "lan"), AtDesk(settings, store, "minh")
    boss = AtDesk(settings, store, "hoa", Role.SUPERVISOR)
    with running_asterisk(settings) as asterisk, running(settings, "watch", ready="desk.synced"):
        assert misses.asks(Wanted.SIGN_IN, phone=SECOND) is None
        assert misses.asks(Wanted.READY) is None
        with odd_call(port=settings.sip_port, called="77"):
            misses.until(lambda operator: operator.pause == NO_ANSWER)
            until_members(asterisk, fixed=True, second=True)
            assert answers.asks(Wanted.SIGN_IN, phone=FIRST) is None
            assert answers.asks(Wanted.READY) is None
            answers.until(lambda operator: operator.state is S.TALKING)
            assert boss.asks(Wanted.SIGN_OUT, of=answers) is None  # when the talk is over
            asterisk.ask("dialplan set global TALKED 1")
            answers.until(lambda operator: operator.state is S.SIGNED_OUT)
        assert boss.asks(Wanted.READY, of=misses) is None
        assert boss.asks(Wanted.PAUSE, of=misses, reason="giai-lao") is None
        assert boss.asks(Wanted.SIGN_OUT, of=misses) is None
        until_members(asterisk, fixed=False)


def test_talks_go_on_while_our_program_and_asterisk_die(settings: Settings, store: Store) -> None:
    operator = AtDesk(settings, store, "lan")
    with running_asterisk(settings) as asterisk:
        with running(settings, "watch", ready="desk.synced") as watch:
            assert operator.asks(Wanted.SIGN_IN, phone=FIRST) is None
            assert operator.asks(Wanted.READY) is None
            with odd_call(port=settings.sip_port, called="77"):
                operator.until(lambda now: now.state is S.TALKING)
                watch.process.send_signal(signal.SIGKILL)
                watch.process.wait()
                with running(settings, "watch", ready="desk.synced"):
                    assert operator.now().state is S.TALKING  # it did not end, so it goes on
                asterisk.ask("dialplan set global TALKED 1")
                wait_for(lambda: "0 active channels" in asterisk.ask("core show channels"), "the talk goes on")
        with running(settings, "watch", ready="desk.synced"):
            operator.until(lambda now: now.state is S.READY)  # it ended while no program watched
            until_members(asterisk, fixed=True, first=False)
            asterisk.process.kill()
            asterisk.process.wait()
            with running_asterisk(settings) as reborn:
                until_members(reborn, fixed=True, first=False)  # the new Asterisk knows nothing: all are back
                assert operator.now().state is S.READY

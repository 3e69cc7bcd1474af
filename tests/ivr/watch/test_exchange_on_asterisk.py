"""Calls on a real Asterisk become rows: a person of a queue answers, ``watch`` dies, Asterisk dies in a talk."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ivr.callcentre.segments import Direction, SegmentKind
from ivr.model import LineCall
from ivr.settings import Settings
from ivr.store import Store, open_store
from ivr.testing.answerer import Answerer
from ivr.testing.asterisk import PATIENCE, asterisk_and_rows, running_asterisk, wait_for
from ivr.testing.odd_caller import OddCaller, odd_call
from ivr.testing.processes import running

pytestmark = pytest.mark.asterisk

RINGS = 1.0
DIALPLAN = """\
[from-trunk](+)
exten => 77,1,Answer()
 same => n,Wait(0.5)
 same => n,Queue(da-nang-operator,cr,,,30)
 same => n,UserEvent(TongdaiQueueEnd,Status: ${QUEUESTATUS},Queue: da-nang-operator)
 same => n,Hangup()
"""


@pytest.fixture
def settings(phone: Answerer) -> Iterator[Settings]:
    """An instance whose callers are led to this person, behind the trunk."""
    with asterisk_and_rows(DIALPLAN, operator_phone=f"PJSIP/trunk/sip:person@{phone.address}") as settings:
        yield settings


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings)
    yield store
    store.close()


@contextmanager
def talking(settings: Settings, phone: Answerer) -> Iterator[OddCaller]:
    """A caller who talks with the person; the call ends with the block."""
    phone.again()
    with odd_call(port=settings.sip_port, called="77") as caller:
        wait_for(phone.answered.is_set, "nobody answers")
        yield caller


@pytest.fixture
def phone() -> Iterator[Answerer]:
    """A person's telephone."""
    with Answerer(rings=RINGS) as phone:
        yield phone


def rows_of(store: Store) -> list[LineCall]:
    with store.reading() as session:
        calls = select(LineCall).options(selectinload(LineCall.segments)).order_by(LineCall.began_at)
        return list(session.scalars(calls))


def kinds_of(call: LineCall) -> list[SegmentKind]:
    """Without the milliseconds of the dialplan."""
    noticed = timedelta(milliseconds=200)
    return [part.kind for part in call.segments if part.ended_at - part.began_at > noticed]


def lasted(call: LineCall, kind: SegmentKind) -> float:
    return sum((part.ended_at - part.began_at).total_seconds() for part in call.segments if part.kind is kind)


def test_a_person_who_is_rung_and_talks_is_in_the_rows(settings: Settings, store: Store, phone: Answerer) -> None:
    """Through a kill of ``watch`` in the middle too; who is rung behind the trunk is a person of ours."""
    with running_asterisk(settings), ExitStack() as stack:
        first = stack.enter_context(running(settings, "watch", ready="ami.ready"))
        with talking(settings, phone) as caller:
            caller.be_quiet(2)
        wait_for(lambda: rows_of(store) and not rows_of(store)[0].live, "the call is not written")
        with talking(settings, phone) as caller:
            wait_for(lambda: len(rows_of(store)) == 2, "a call that goes on is not written")
            first.kill()
            stack.enter_context(running(settings, "watch", ready="ami.ready"))
            caller.be_quiet(1)
            left = datetime.now(UTC)
        wait_for(lambda: not rows_of(store)[1].live, "the call is not written")
    whole, interrupted = rows_of(store)
    for call in (whole, interrupted):
        assert call.direction is Direction.INBOUND
        assert not call.cut
        assert kinds_of(call) == [SegmentKind.MENU, SegmentKind.RING, SegmentKind.TALK]
        assert lasted(call, SegmentKind.RING) >= RINGS * 0.9
        assert call.ended_at is not None
        length = sum((part.ended_at - part.began_at for part in call.segments), timedelta())
        assert call.ended_at - call.began_at == length
    assert lasted(whole, SegmentKind.TALK) >= 1.9
    assert interrupted.ended_at is not None
    assert abs(interrupted.ended_at - left) < timedelta(seconds=PATIENCE)


def test_a_call_in_which_asterisk_dies_is_cut_at_the_last_that_was_known(
    settings: Settings, store: Store, phone: Answerer
) -> None:
    with running(settings, "watch") as watch:
        with running_asterisk(settings) as asterisk:
            wait_for(lambda: "ami.ready" in watch.said(), "watch did not log in")
            with talking(settings, phone) as caller:
                wait_for(lambda: rows_of(store), "a call that goes on is not written")
                caller.be_quiet(1)
                asterisk.process.send_signal(signal.SIGKILL)
                asterisk.process.wait()
                died = datetime.now(UTC)
        with running_asterisk(settings):
            wait_for(lambda: not rows_of(store)[0].live, "the call stays open")
    (call,) = rows_of(store)
    assert call.cut
    assert call.ended_at is not None
    assert call.ended_at < died

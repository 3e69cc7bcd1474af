"""What recorded events say of the operators at their telephones; and what a list says after a gap."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.asterisk.queue_events import EventReader
from ivr.callcentre.acts import (
    Answered,
    Fact,
    HoldBegan,
    HoldEnded,
    LineBack,
    LineLost,
    Listed,
    Rang,
    RingEnded,
    TalkEnded,
)
from ivr.callcentre.calls import LiveChannel
from ivr.callcentre.events import (
    AgentCalled,
    BridgeEntered,
    ChannelBegan,
    DialBegan,
    DialEnded,
    Event,
    Held,
    HungUp,
    Unheld,
)
from ivr.callcentre.exchange_events import ContactChanged
from ivr.callcentre.telephones import Telephones
from ivr.testing.recorded_events import PHONES, START, recorded

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
OURS = "PJSIP/op1"
TRUNK = "PJSIP/0905123456@trunk"


def said(telephones: Telephones, *happened: Event) -> list[Fact]:
    read = (telephones.read(event, {OURS, TRUNK}) for event in happened)
    return [fact[1] for fact in read if fact is not None]


def of(kind: type[Any], uniqueid: str = "op.1", linkedid: str = "call.1", **given: object) -> Any:
    return kind(at=NOW, uniqueid=uniqueid, linkedid=linkedid, **given)


RINGS = (of(ChannelBegan, channel="PJSIP/op1-0000000c"), of(DialBegan))
TALKS = (*RINGS, of(DialEnded, status="ANSWER"), of(BridgeEntered, bridge="b"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("answered", [Rang, Answered, TalkEnded]),
        ("ring-no-answer", [(RingEnded, True), Rang, Answered, TalkEnded]),
        ("parallel-ring", [(RingEnded, False), Answered, TalkEnded]),
        ("operator-browser-dies", [Rang, Answered, LineLost, TalkEnded]),
    ],
)
def test_recorded_calls(name: str, expected: list[Any]) -> None:
    telephones, reader = Telephones(), EventReader()
    values = [reader.read(event, now=START) for event in recorded(name)]
    facts = [found[1] for value in values if value is not None and (found := telephones.read(value, PHONES))]
    kinds = [(type(fact), fact.missed) if isinstance(fact, RingEnded) else type(fact) for fact in facts]
    rest = iter(kinds)
    assert all(any(kind == wanted for kind in rest) for wanted in expected), kinds  # in this order
    linkedids = {fact.linkedid for fact in facts if isinstance(fact, Rang | Answered | TalkEnded)}
    assert len(linkedids) == 1


def test_a_talk_with_a_hold() -> None:
    telephones = Telephones()
    assert said(telephones, *TALKS) == [Rang(linkedid="call.1"), Answered(linkedid="call.1")]
    assert said(telephones, of(Held), of(Held), of(Unheld), of(Unheld)) == [
        HoldBegan(linkedid="call.1"),
        HoldEnded(linkedid="call.1"),
    ]
    assert said(telephones, of(HungUp)) == [TalkEnded(linkedid="call.1")]
    assert said(telephones, of(HungUp), of(BridgeEntered, bridge="b")) == []  # a leg that has ended


@pytest.mark.parametrize(
    ("status", "missed"), [("NOANSWER", True), ("BUSY", True), ("CHANUNAVAIL", True), ("CANCEL", False)]
)
def test_a_ring_that_ends(status: str, missed: bool) -> None:
    telephones = Telephones()
    ended = said(telephones, *RINGS, of(DialEnded, status=status), of(DialEnded, status="CANCEL"), of(HungUp))
    assert ended == [Rang(linkedid="call.1"), RingEnded(linkedid="call.1", missed=missed)]


def test_the_call_is_over_when_the_last_leg_has_ended() -> None:
    telephones = Telephones()
    second = (
        of(ChannelBegan, "op.2", "call.2", channel="PJSIP/op1-0000000d"),
        of(DialBegan, "op.2", "call.2"),
        of(BridgeEntered, "op.2", "call.2", bridge="c"),
    )
    assert said(telephones, *TALKS, *second, of(HungUp)) == [Rang(linkedid="call.1"), Answered(linkedid="call.1")]
    assert said(telephones, of(HungUp, "op.2", "call.2")) == [TalkEnded(linkedid="call.1")]


def test_a_number_behind_a_trunk_is_known_by_being_rung() -> None:
    telephones = Telephones()
    rung = AgentCalled(at=NOW, uniqueid="c", linkedid="call.1", queue="q", interface=TRUNK, member="", agent="op.1")
    assert said(telephones, of(ChannelBegan, channel="PJSIP/trunk-00000001")) == []
    assert said(telephones, rung, of(BridgeEntered, bridge="b"), of(HungUp)) == [
        Rang(linkedid="call.1"),
        Answered(linkedid="call.1"),
        TalkEnded(linkedid="call.1"),
    ]


def test_a_registration() -> None:
    telephones = Telephones()
    gone, back = (ContactChanged(at=NOW, endpoint="op1", reachable=there) for there in (False, True))
    other = ContactChanged(at=NOW, endpoint="op7", reachable=False)
    assert said(telephones, gone, back, other) == [LineLost(), LineBack()]


def test_an_older_registration_that_goes_is_no_loss() -> None:
    """A page that is loaded anew may be there before its old self is gone."""
    telephones = Telephones()

    def contact(name: str, *, there: bool) -> ContactChanged:
        return ContactChanged(at=NOW, endpoint="op1", reachable=there, contact=name)

    first, second = contact("sip:1", there=True), contact("sip:2", there=True)
    assert said(telephones, first, second, contact("sip:1", there=False)) == [LineBack()] * 3
    assert said(telephones, contact("sip:2", there=False)) == [LineLost()]
    telephones.lost()
    assert said(telephones, contact("sip:3", there=False)) == [LineLost()]


def test_a_list_after_a_gap() -> None:
    telephones = Telephones()
    said(telephones, *TALKS, of(Held))
    goes_on = LiveChannel(uniqueid="op.1", linkedid="call.1", name="PJSIP/op1-0000000c", bridge="b")
    assert telephones.believe([goes_on], {OURS}) == [(OURS, Listed(linkedid="call.1", held=True))]
    rings = LiveChannel(uniqueid="op.9", linkedid="call.9", name="PJSIP/op1-0000000f")
    assert telephones.believe([rings], {OURS}) == [(OURS, Listed()), (OURS, Rang(linkedid="call.9"))]
    assert telephones.believe([], {OURS}) == [(OURS, Listed())]
    assert said(telephones, of(HungUp, "op.9")) == []


def test_legs_that_no_name_tells_are_known_from_before() -> None:
    telephones = Telephones()
    telephones.restore(["op.1", "gone"], TRUNK)
    live = LiveChannel(uniqueid="op.1", linkedid="call.1", name="PJSIP/trunk-00000001", bridge="b")
    assert telephones.believe([live], {TRUNK}) == [(TRUNK, Listed(linkedid="call.1"))]
    assert telephones.legs(TRUNK) == ("op.1",)
    assert said(telephones, of(HungUp)) == [TalkEnded(linkedid="call.1")]

"""Whom a citizen's call rings is a person of ours, also behind the trunk through which the citizen came."""

import pytest

from ivr.callcentre.calls import Call, CallBook, LiveChannel
from ivr.callcentre.events import BridgeEntered, ChannelBegan, DialBegan, DialEnded, HungUp
from ivr.callcentre.segments import Direction, SegmentKind, Timeline, timeline_of
from ivr.testing.recorded_events import moment

CITIZEN, PERSON = "1.1", "1.2"


def rung() -> CallBook:
    """A citizen calls, a person outside is rung after two seconds and answers after four."""
    book = CallBook()
    for event in (
        ChannelBegan(at=moment(0), uniqueid=CITIZEN, linkedid=CITIZEN, channel="PJSIP/trunk-1"),
        ChannelBegan(at=moment(2), uniqueid=PERSON, linkedid=CITIZEN, channel="PJSIP/trunk-2"),
        DialBegan(at=moment(2), uniqueid=PERSON, linkedid=CITIZEN),
        DialEnded(at=moment(4), uniqueid=PERSON, linkedid=CITIZEN, status="ANSWER"),
        BridgeEntered(at=moment(4), uniqueid=PERSON, linkedid=CITIZEN, bridge="b"),
        BridgeEntered(at=moment(4), uniqueid=CITIZEN, linkedid=CITIZEN, bridge="b"),
    ):
        book.apply(event)
    return book


def course(call: Call, until: float) -> Timeline:
    return timeline_of(call, phones=frozenset({"PJSIP/op1"}), now=moment(until))


def stretches(timeline: Timeline) -> list[tuple[SegmentKind, float, tuple[str, ...]]]:
    return [(part.kind, part.lasted.total_seconds(), part.phones) for part in timeline.segments]


def test_a_talk_with_a_person_behind_the_trunk() -> None:
    book = rung()
    book.apply(HungUp(at=moment(9), uniqueid=CITIZEN, linkedid=CITIZEN))
    timeline = course(book.calls[CITIZEN], 20)
    assert timeline.direction is Direction.INBOUND
    assert not timeline.is_open  # the citizen has left, whatever the person's telephone still does
    assert stretches(timeline) == [
        (SegmentKind.MENU, 2, ()), (SegmentKind.RING, 2, ()), (SegmentKind.TALK, 5, ("PJSIP/trunk",)),
    ]  # fmt: skip


def test_the_citizen_is_no_person_of_ours_who_is_rung_again() -> None:
    """As by a transfer that comes back: the leg that began the call stays the citizen's."""
    book = rung()
    book.apply(DialBegan(at=moment(6), uniqueid=CITIZEN, linkedid=CITIZEN))
    assert stretches(course(book.calls[CITIZEN], 9))[-1] == (SegmentKind.TALK, 5, ("PJSIP/trunk",))


@pytest.mark.parametrize("turned", [False, True])
def test_what_asterisk_lists_tells_who_was_rung(*, turned: bool) -> None:
    """A talk that began before we looked: the list has the citizen's channel and one that was dialled."""
    book = CallBook()
    listed = [
        LiveChannel(uniqueid=CITIZEN, linkedid=CITIZEN, name="PJSIP/trunk-1", bridge="b"),
        LiveChannel(uniqueid=PERSON, linkedid=CITIZEN, name="PJSIP/trunk-2", bridge="b", dialled=True),
    ]
    book.settle(listed[::-1] if turned else listed, at=moment(0))
    assert stretches(course(book.calls[CITIZEN], 5)) == [(SegmentKind.TALK, 5, ("PJSIP/trunk",))]

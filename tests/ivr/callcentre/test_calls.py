"""Which events belong to one call: joining, gaps, a restart of Asterisk, forgetting."""

from datetime import timedelta

from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from ivr.callcentre.calls import CallBook, LiveChannel
from ivr.callcentre.events import (
    AgentCompleted,
    AgentConnected,
    AttendedTransferred,
    BridgeEntered,
    BridgeLeft,
    CallerJoined,
    ChannelBegan,
    Event,
    HungUp,
)
from ivr.callcentre.exchange_events import Booted
from ivr.callcentre.segments import SegmentKind, timeline_of
from ivr.testing.recorded_events import PHONES, moment


def began(seconds: float, uniqueid: str, linkedid: str = "") -> ChannelBegan:
    return ChannelBegan(
        at=moment(seconds), uniqueid=uniqueid, linkedid=linkedid or uniqueid, channel=f"PJSIP/x-{uniqueid}"
    )


def entered(seconds: float, uniqueid: str, linkedid: str) -> BridgeEntered:
    return BridgeEntered(at=moment(seconds), uniqueid=uniqueid, linkedid=linkedid, bridge="b")


def hung_up(seconds: float, uniqueid: str, linkedid: str) -> HungUp:
    return HungUp(at=moment(seconds), uniqueid=uniqueid, linkedid=linkedid)


def listed(uniqueid: str, linkedid: str = "", *, name: str = "PJSIP/op1-1", bridge: str = "") -> LiveChannel:
    return LiveChannel(uniqueid=uniqueid, linkedid=linkedid or uniqueid, name=name, bridge=bridge)


def kept(*events: Event) -> CallBook:
    book = CallBook()
    for event in events:
        book.apply(event)
    return book


def test_the_younger_call_is_merged_into_the_older() -> None:
    book = kept(began(0, "1.0"), began(5, "1.5"), began(5, "1.6", "1.5"), entered(9, "1.6", "1.0"))
    (call,) = book.calls.values()
    assert call.linkedid == "1.0"
    assert [event.uniqueid for event in call.events] == ["1.0", "1.5", "1.6", "1.6"]
    assert call.channels == {"1.0", "1.5", "1.6"}


def test_the_older_call_survives_also_when_its_channel_appears_in_the_younger() -> None:
    book = kept(began(0, "1.0"), began(5, "1.5"), entered(9, "1.0", "1.5"))
    assert list(book.calls) == ["1.0"]


def test_what_still_comes_under_the_merged_id_belongs_to_the_survivor() -> None:
    book = kept(
        began(0, "1.0"), began(5, "1.5"), began(5, "1.6", "1.5"), entered(9, "1.6", "1.0"), hung_up(9, "1.5", "1.5")
    )
    (call,) = book.calls.values()
    assert call.channels == {"1.0", "1.6"}


def test_calls_joined_one_after_another_are_one() -> None:
    book = kept(began(0, "a"), began(1, "b"), began(2, "c"), entered(3, "c", "b"), entered(4, "b", "a"))
    assert list(book.calls) == ["a"]
    assert book.apply(hung_up(5, "c", "c")) is book.calls["a"]


def test_an_attended_transfer_joins_though_its_bridge_event_was_lost() -> None:
    transfer = AttendedTransferred(
        at=moment(9),
        uniqueid="1.1",
        linkedid="1.0",
        consultation="1.5",
        consultation_linkedid="1.5",
        transferee="1.0",
        target="1.6",
        succeeded=True,
    )
    assert list(kept(began(0, "1.0"), began(1, "1.1", "1.0"), began(5, "1.5"), transfer).calls) == ["1.0"]


def test_a_call_ends_with_its_last_channel_and_a_late_event_does_not_open_it() -> None:
    book = kept(began(0, "1.0"), began(1, "1.1", "1.0"), hung_up(2, "1.0", "1.0"))
    assert book.calls["1.0"].is_open
    book.apply(hung_up(3, "1.1", "1.0"))
    assert not book.calls["1.0"].is_open
    book.apply(BridgeLeft(at=moment(3), uniqueid="1.1", linkedid="1.0", bridge="b"))
    book.apply(entered(3, "1.1", "1.0"))
    assert not book.calls["1.0"].is_open


def connected(seconds: float, linkedid: str, interface: str) -> AgentConnected:
    return AgentConnected(
        at=moment(seconds), uniqueid=linkedid, linkedid=linkedid, queue="dv", interface=interface, member="", agent="x"
    )


def test_a_completion_without_a_channel_goes_to_the_operators_open_call() -> None:
    completed = AgentCompleted(
        at=moment(9), uniqueid="", linkedid="", queue="dv", interface="PJSIP/s8", member="", agent="", reason="agent"
    )
    book = kept(began(0, "1"), connected(1, "1", "PJSIP/s8"), began(2, "2"), connected(3, "2", "PJSIP/s9"))
    assert book.apply(completed) is book.calls["1"]


def test_a_restart_cuts_calls_from_before_it_with_the_last_event_known() -> None:
    book = kept(began(0, "1.0"), began(3, "2.0"), Booted(at=moment(12), uptime=timedelta(seconds=4)), began(13, "3.0"))
    assert [call.is_open for call in book.calls.values()] == [False, False, True]
    assert [call.cut_at for call in book.calls.values()] == [moment(3), moment(3), None]


def test_the_greeting_of_a_new_connection_is_no_restart() -> None:
    book = kept(began(100, "1.0"), Booted(at=moment(112), uptime=timedelta(seconds=4000)))
    assert book.calls["1.0"].is_open
    book.apply(Booted(at=moment(113), uptime=None))
    assert book.calls["1.0"].is_open


def test_after_a_gap_the_calls_are_those_that_asterisk_lists() -> None:
    book = kept(began(0, "1.0"), began(1, "1.1", "1.0"), began(2, "2.0"))
    book.settle([listed("1.0")], at=moment(30))
    assert [(call.linkedid, call.is_open) for call in book.calls.values()] == [("1.0", True), ("2.0", False)]
    assert book.calls["1.0"].channels == {"1.0"}


def test_a_gap_in_which_calls_were_joined_is_caught_up() -> None:
    book = kept(began(0, "1.0"), began(5, "1.5"), began(5, "1.6", "1.5"))
    book.settle([listed("1.0"), listed("1.6", "1.0")], at=moment(30))
    (call,) = book.calls.values()
    assert call.channels == {"1.0", "1.6"}


def test_a_call_that_began_in_a_gap_is_there_and_talks() -> None:
    book = CallBook()
    book.settle([listed("1.0", bridge="b", name="PJSIP/trunk-1"), listed("1.1", "1.0", bridge="b")], at=moment(30))
    (call,) = book.calls.values()
    timeline = timeline_of(call, phones=PHONES, now=moment(40))
    assert [(part.kind, part.began, part.ended) for part in timeline.segments] == [
        (SegmentKind.TALK, moment(30), moment(40))
    ]


def test_a_talk_that_ended_in_a_gap_ends_with_it_and_the_list_twice_is_the_list() -> None:
    book = kept(began(0, "1.0"), began(1, "1.1", "1.0"), entered(2, "1.1", "1.0"), entered(2, "1.0", "1.0"))
    for _ in range(2):
        book.settle([listed("1.0")], at=moment(30))
    assert [type(event) for event in book.calls["1.0"].events[4:]] == [HungUp, BridgeLeft]
    book.settle([listed("1.0", bridge="c")], at=moment(31))
    book.settle([listed("1.0", bridge="d")], at=moment(32))
    assert [event.bridge for event in book.calls["1.0"].events[6:] if isinstance(event, BridgeEntered)] == ["c", "d"]


def test_a_forgotten_call_leaves_nothing_behind() -> None:
    book = kept(began(0, "a"), began(1, "b"), entered(2, "b", "a"), hung_up(3, "a", "a"), hung_up(3, "b", "a"))
    book.forget("b")
    fresh = CallBook()
    assert (book.calls, book._home, book._survivor, book._ended) == (
        fresh.calls,
        fresh._home,
        fresh._survivor,
        fresh._ended,
    )


IDS = st.sampled_from("abcdef")


@given(st.lists(st.tuples(st.integers(0, 4), IDS, IDS), max_size=40))
@trying(max_examples=100)
def test_every_event_is_in_exactly_one_call_and_every_channel_too(script: list[tuple[int, str, str]]) -> None:
    book = CallBook()
    for second, (kind, uniqueid, linkedid) in enumerate(script):
        common = {"at": moment(second), "uniqueid": uniqueid, "linkedid": linkedid}
        book.apply(
            [
                ChannelBegan(**common, channel="PJSIP/x-1"),
                BridgeEntered(**common, bridge="b"),
                CallerJoined(**common, queue="dv", position=1, waiting=1),
                HungUp(**common),
                BridgeLeft(**common, bridge="b"),
            ][kind]
        )
    assert sum(len(call.events) for call in book.calls.values()) == len(script)
    channels = [uniqueid for call in book.calls.values() for uniqueid in call.channels]
    assert len(channels) == len(set(channels))
    for linkedid, call in book.calls.items():
        assert call.linkedid == linkedid
        assert [order for order, _ in call.arrived] == sorted(order for order, _ in call.arrived)

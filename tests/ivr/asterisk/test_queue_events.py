"""Manager events become values: every recorded one whole, hostile and partial ones counted and never raised."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from panoramisk.message import Message

from ivr.asterisk import event_fields
from ivr.asterisk.queue_events import EventReader, Unused
from ivr.callcentre import events, exchange_events
from ivr.testing.recorded_events import moment, recorded, streams

NAMES = sorted({str(event["Event"]) for stream in streams() for event in recorded(stream)})
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def read(event: Mapping[str, Any]) -> events.Event | None:
    return EventReader().read(event, now=NOW)


def sent(text: str) -> Mapping[str, Any]:
    """A message as it comes over the wire, read by panoramisk."""
    message: Mapping[str, Any] = Message.from_line("\r\n".join(text.strip().splitlines()))
    return message


@pytest.mark.parametrize("name", streams())
def test_no_recorded_event_is_partial_or_hostile(name: str) -> None:
    reader = EventReader()
    known = [event for event in recorded(name) if reader.read(event, now=NOW) is not None]
    assert known
    assert {why for _, why in reader.unused} <= {Unused.OTHER}


def test_what_is_left_out_of_a_whole_call_is_what_no_rule_asks_for() -> None:
    reader = EventReader()
    left = [event["Event"] for event in recorded("answered") if reader.read(event, now=NOW) is None]
    assert sorted(map(str, left)) == ["CEL", "Newstate", "Newstate", "Newstate"]
    assert reader.unused == {("", Unused.OTHER): 4}


def test_values_have_the_moment_of_the_event_and_not_of_its_arrival() -> None:
    joined = [read(event) for event in recorded("answered") if event["Event"] == "QueueCallerJoin"]
    assert joined == [
        events.CallerJoined(
            at=moment(2.305),
            uniqueid="1796000115.51",
            linkedid="1796000115.51",
            queue="dv",
            position=1,
            waiting=1,
        )
    ]


def test_a_ring_in_vain_is_in_milliseconds() -> None:
    values = [read(event) for event in recorded("ring-no-answer")]
    (missed,) = (value for value in values if isinstance(value, events.AgentRingNoAnswer))
    assert (missed.rang, missed.interface) == (timedelta(seconds=4), "PJSIP/ph1")


def test_the_end_of_a_queue_is_known_though_its_ids_came_twice() -> None:
    values = [read(event) for event in recorded("timeout-overflow")]
    (ended,) = (value for value in values if isinstance(value, events.QueueEnded))
    assert (ended.status, ended.uniqueid, ended.linkedid) == ("TIMEOUT", "1795997303.4", "1795997303.4")


def test_a_completion_without_any_channel_is_one() -> None:
    (completed,) = (read(event) for event in recorded("agentcomplete-without-channel"))
    assert isinstance(completed, events.AgentCompleted)
    assert (completed.interface, completed.uniqueid, completed.linkedid) == ("PJSIP/s8", "", "")


def test_a_pause_keeps_its_reason_and_a_dead_browser_is_known() -> None:
    values = [read(event) for event in recorded("operator-reload-resume")]
    assert [value.reason for value in values if isinstance(value, exchange_events.MemberStatus) and value.paused] == [
        "noi-lai"
    ] * 5
    contacts = [value for value in values if isinstance(value, exchange_events.ContactChanged)]
    assert [(value.endpoint, value.reachable) for value in contacts] == [("op1", False), ("op1", True)]


def test_vietnamese_names_come_through() -> None:
    status = read(
        sent(
            "Event: QueueMemberPause\nQueue: dv\nInterface: PJSIP/op1\nMemberName: Nguyễn Thị Đẹp\nStatus: 1\nPaused: 1"
        )
    )
    assert isinstance(status, exchange_events.MemberStatus)
    assert status.member == "Nguyễn Thị Đẹp"


FRONT = {
    "Privilege": "call,all",
    "Channel": "PJSIP/a-1",
    "ChannelState": "6",
    "ChannelStateDesc": "Up",
    "CallerIDNum": "1",
}
CHANNEL = (
    "Privilege: call,all\nChannel: PJSIP/trunk-1\nChannelState: 6\nChannelStateDesc: Up\nCallerIDNum: {number}\n"
    "CallerIDName: x\nUniqueid: 1.1\nLinkedid: 1.1"
)


@pytest.mark.parametrize(
    "forged", ["Uniqueid: 9.9", "Linkedid: 9.9", "Channel: PJSIP/op1-1", "CallerIDNum: 112", "Timestamp: 1"]
)
def test_a_line_in_a_callers_number_changes_nothing_and_hides_nothing(forged: str) -> None:
    body = CHANNEL.format(number=f"0905\n{forged}")
    began = read(sent(f"Event: Newchannel\nTimestamp: 1796000000.5\n{body}"))
    assert began == events.ChannelBegan(
        at=datetime.fromtimestamp(1796000000.5, UTC),
        uniqueid="1.1",
        linkedid="1.1",
        channel="PJSIP/trunk-1",
        number="0905",
    )


def test_a_bridge_in_a_callers_number_is_not_the_bridge() -> None:
    body = CHANNEL.format(number="0905\nBridgeUniqueid: 9\nSwapUniqueid: 9.9")
    entered = read(sent(f"Event: BridgeEnter\nBridgeUniqueid: b1\n{body}\nSwapUniqueid: 1.0"))
    assert isinstance(entered, events.BridgeEntered)
    assert (entered.bridge, entered.swapped) == ("b1", "1.0")


TAIL = "CallerIDName: x\nUniqueid: 1.1\nLinkedid: 1.1"
"""What follows a caller's number in a true event: it ends whatever event the number began."""


@pytest.mark.parametrize(
    ("begun", "why"),
    [
        ("Event: FullyBooted\nUptime: 1", Unused.HOSTILE),
        ("Event: ContactStatus\nContactStatus: Removed\nAOR: op1", Unused.HOSTILE),
        ("Event: QueueMemberStatus\nQueue: a\nInterface: PJSIP/op1\nStatus: 5", Unused.HOSTILE),
        ("Event: AgentComplete\nQueue: a\nInterface: PJSIP/op1", Unused.HOSTILE),
        ("Event: BlindTransfer\nResult: Success\nTransfererUniqueid: 1.2", Unused.HOSTILE),
        ("Event: DialEnd\nDestUniqueid: 1.2\nDialStatus: ANSWER", Unused.HOSTILE),
        ("Event: Hangup", Unused.PARTIAL),
        ("Event: Hangup\nChannel: a/b-c\nChannelState: 6\nCallerIDNum: 1", Unused.PARTIAL),
        ("Event: AgentConnect\nQueue: a\nInterface: PJSIP/op1\nDestUniqueid: 1.2", Unused.PARTIAL),
    ],
)
def test_an_event_begun_in_a_callers_number_is_refused(begun: str, why: Unused) -> None:
    reader = EventReader()
    assert reader.read(sent(f"{begun}\n{TAIL}"), now=NOW) is None
    assert [found for _, found in reader.unused] == [why]


def test_an_event_of_a_channel_is_longer_than_a_number_can_be() -> None:
    """Asterisk keeps 79 bytes of a number; the shortest event with all that stands in front of its end has more."""
    lines = ["", "", f"Event: {min(NAMES, key=len)}", *(f"{name}: 1" for name in FRONT)]
    assert set(FRONT) == set(event_fields.FRONT)
    assert len("\r\n".join(lines).encode()) > 79


@pytest.mark.parametrize("missing", FRONT)
def test_an_event_of_a_channel_without_what_stands_in_front_is_refused(missing: str) -> None:
    event = {"Event": "Hangup", "Uniqueid": "1.1", "Linkedid": "1.1", **FRONT}
    assert read(event) == events.HungUp(at=NOW, uniqueid="1.1", linkedid="1.1")
    assert read({**event, missing: ""}) is None
    del event[missing]
    assert read(event) is None


@pytest.mark.parametrize(
    ("event", "name", "why"),
    [
        ({"Event": "QueueCallerJoin", **FRONT, "Uniqueid": "1.1"}, "QueueCallerJoin", Unused.PARTIAL),
        (
            {
                "Event": "QueueCallerJoin",
                **FRONT,
                "Uniqueid": "1.1",
                "Queue": "dv",
                "Position": "-1",
                "Count": "1",
            },
            "QueueCallerJoin",
            Unused.HOSTILE,
        ),
        ({"Event": "Hangup", **FRONT, "Uniqueid": "1\x00 2"}, "Hangup", Unused.HOSTILE),
        ({"Event": "Hangup", **FRONT, "Uniqueid": "9" * 151}, "Hangup", Unused.HOSTILE),
        ({"Event": "Hangup", **FRONT, "Uniqueid": 1.1}, "Hangup", Unused.HOSTILE),
        ({"Event": ["Hangup", "Newchannel"]}, "", Unused.HOSTILE),
        ({}, "", Unused.HOSTILE),
        ({"Event": "Rung" * 1000}, "", Unused.OTHER),
    ],
)
def test_what_cannot_be_used_is_counted_with_its_reason(event: dict[str, Any], name: str, why: Unused) -> None:
    reader = EventReader()
    assert reader.read(event, now=NOW) is None
    assert reader.unused == {(name, why): 1}


@pytest.mark.parametrize("timestamp", ["", "nan", "inf", "1e400", "-1e18", "soon"])
def test_an_impossible_moment_is_now(timestamp: str) -> None:
    value = read({"Event": "Hangup", **FRONT, "Uniqueid": "1.1", "Timestamp": timestamp})
    assert value == events.HungUp(at=NOW, uniqueid="1.1", linkedid="1.1", cause=0)


FIELDS = sorted({name for stream in streams() for event in recorded(stream) for name in event})
ATTENDED = list(recorded("attended-transfer"))
VALUES = st.one_of(
    st.text(max_size=20), st.none(), st.integers(), st.lists(st.text(max_size=5), max_size=3), st.just("9" * 5000)
)


@trying(max_examples=60)
@given(st.sampled_from(NAMES), st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=12))
def test_nothing_raises(name: str, fields: dict[str, Any]) -> None:
    reader = EventReader()
    value = reader.read({**fields, "Event": name}, now=NOW)
    assert (value is None) == (sum(reader.unused.values()) == 1)


@trying(max_examples=50)
@given(st.data())
def test_a_recorded_event_with_anything_broken_in_it_does_not_raise(data: st.DataObject) -> None:
    event: dict[str, Any] = dict(data.draw(st.sampled_from(ATTENDED)))
    for name in data.draw(st.lists(st.sampled_from(sorted(event)), min_size=1, max_size=4)):
        event[name] = data.draw(VALUES)
    reader = EventReader()
    value = reader.read(event, now=NOW)
    assert (value is None) == (sum(reader.unused.values()) == 1)

"""Events become plain data and the same events again; what is not to be stored is not in it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.queue_events import EventReader
from ivr.callcentre import records
from ivr.callcentre.events import AgentRingNoAnswer, BridgeEntered, CallEvent, ChannelBegan
from ivr.callcentre.records import from_record, to_record
from ivr.testing.recorded_events import START, recorded, streams

MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize("name", streams())
def test_every_event_of_the_recorded_streams_comes_back(name: str) -> None:
    reader = EventReader()
    read = [reader.read(event, now=START) for event in recorded(name)]
    events = [event for event in read if isinstance(event, CallEvent)]
    assert events
    for event in events:
        stored = json.loads(json.dumps(to_record(event)))
        back = from_record(stored)
        assert back is not None
        assert to_record(back) == stored
        assert (type(back), back.at, back.uniqueid, back.linkedid) == (
            type(event), event.at, event.uniqueid, event.linkedid,
        )  # fmt: skip


@given(kind=st.sampled_from(sorted(records._KINDS)), at=MOMENTS, data=st.data())
def test_every_kind_comes_back(kind: str, at: datetime, data: st.DataObject) -> None:
    event = data.draw(st.builds(records._KINDS[kind], at=st.just(at)))
    back = from_record(json.loads(json.dumps(to_record(event))))
    assert back is not None
    assert to_record(back) == to_record(event)
    assert type(back) is type(event)


def test_lengths_and_moments_are_exact_to_the_microsecond() -> None:
    event = AgentRingNoAnswer(
        at=START + timedelta(microseconds=1), uniqueid="1.1", linkedid="1.1", queue="dv", interface="PJSIP/op1",
        member="Lan", agent="", rang=timedelta(seconds=15, microseconds=1),
    )  # fmt: skip
    assert from_record(to_record(event)) == event


def test_no_number_is_stored() -> None:
    event = ChannelBegan(at=START, uniqueid="1.1", linkedid="1.1", channel="PJSIP/trunk-1", number="+84905123456")
    assert "84905123456" not in json.dumps(to_record(event))


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": "OfALaterVersion"},
        {"kind": "BridgeEntered"},
        {"kind": "BridgeEntered", "at": "yesterday"},
        {"kind": 7},
    ],
)
def test_what_this_version_cannot_read_is_left_out(stored: dict[str, Any]) -> None:
    assert from_record(stored) is None


def test_what_a_later_version_added_is_ignored() -> None:
    event = BridgeEntered(at=START, uniqueid="1.1", linkedid="1.1", bridge="b")
    assert from_record({**to_record(event), "colour": "blue"}) == event

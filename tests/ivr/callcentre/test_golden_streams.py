"""Streams recorded from a real Asterisk, replayed: each call's segments and visits, derived by hand.

Seconds are those of the stream's ``t``; beside a row stands which event begins or ends the segment. What is left at the
end (``menu`` of some milliseconds) is the dialplan behind the last bridge.
"""

from datetime import timedelta

import pytest

from ivr.callcentre.calls import Call
from ivr.callcentre.segments import Direction, SegmentKind, Timeline, timeline_of
from ivr.callcentre.visits import Outcome, visits_of
from ivr.testing.recorded_events import PHONES, START, moment, replayed, streams

MENU, QUEUE, RING, TALK, HOLD = (
    SegmentKind.MENU,
    SegmentKind.QUEUE,
    SegmentKind.RING,
    SegmentKind.TALK,
    SegmentKind.HOLD,
)

COURSES: dict[str, list[tuple[SegmentKind, float, float, str]]] = {
    "abandoned": [
        (MENU, 0, 2.314, ""),
        (QUEUE, 2.314, 6.009, ""),  # QueueCallerJoin … QueueCallerAbandon
        (MENU, 6.009, 6.010, ""),  # … Hangup
    ],
    "timeout-overflow": [
        (MENU, 0, 2.314, ""),
        (QUEUE, 2.314, 6.317, ""),  # 4 s of Queue() and 3 ms
        (MENU, 6.317, 8.618, ""),  # the overflow script
    ],
    "answered": [
        (MENU, 0, 2.305, ""),
        (QUEUE, 2.305, 2.306, ""),
        (RING, 2.306, 3.289, ""),  # AgentCalled … the caller's BridgeEnter (the operator is 1 ms earlier)
        (TALK, 3.289, 8.948, "op1"),  # … the caller's BridgeLeave
        (MENU, 8.948, 8.952, ""),
    ],
    "ring-no-answer": [
        (MENU, 0, 2.316, ""),
        (RING, 2.316, 6.319, ""),  # ph1: AgentCalled in the same millisecond as the Join … DialEnd NOANSWER
        (QUEUE, 6.319, 7.323, ""),  # retry = 1
        (RING, 7.323, 7.928, ""),  # ph2: AgentCalled … BridgeEnter
        (TALK, 7.928, 14.010, "ph2"),  # the caller leaves the bridge and hangs up in one millisecond
    ],
    "parallel-ring": [
        (MENU, 0, 2.317, ""),
        (QUEUE, 2.317, 2.333, ""),
        (RING, 2.333, 3.847, ""),  # ph1's AgentCalled … the caller's BridgeEnter; ph1 is cancelled at 3.844
        (TALK, 3.847, 9.011, "ph2"),
        (MENU, 9.011, 9.013, ""),
    ],
    "blind-transfer": [
        (MENU, 0, 2.317, ""),
        (QUEUE, 2.317, 2.319, ""),
        (RING, 2.319, 3.217, ""),
        (TALK, 3.217, 6.251, "op1"),  # … op1's BridgeLeave
        (RING, 6.251, 7.532, ""),  # sent on; op2's DialBegin is at 6.257 … BridgeEnter
        (TALK, 7.532, 18.010, "op2"),
        (MENU, 18.010, 18.011, ""),
    ],
    "attended-transfer": [
        (MENU, 0, 2.317, ""),
        (QUEUE, 2.317, 2.319, ""),
        (RING, 2.319, 3.092, ""),
        (TALK, 3.092, 5.103, "op1"),
        (HOLD, 5.103, 10.868, "op1"),  # Hold … Unhold, which REFER sends; the word with op2 is in it
        (TALK, 10.868, 10.870, "op1"),
        (TALK, 10.870, 22.009, "op2"),  # BridgeEnter with the citizen's linkedid
        (MENU, 22.009, 22.010, ""),
    ],
    "operator-browser-dies": [
        (MENU, 0, 2.321, ""),
        (RING, 2.321, 3.059, ""),
        (TALK, 3.059, 40.010, "op1"),  # to Asterisk it is a talk: 34 s of silence behind ContactStatus (LIVE fact 4)
    ],
    "operator-reload-resume": [
        (MENU, 0.007, 2.396, ""),
        (QUEUE, 2.396, 2.415, ""),
        (RING, 2.415, 2.983, ""),
        (TALK, 2.983, 7.733, "op1"),  # Redirect takes the caller out of the bridge
        (MENU, 7.733, 7.743, ""),  # the dialplan, up to Dial
        (RING, 7.743, 8.177, ""),
        (TALK, 8.177, 22.032, "op1"),
        (MENU, 22.032, 22.040, ""),
    ],
    "asterisk-killed": [
        (MENU, 0.001, 2.317, ""),
        (QUEUE, 2.317, 2.325, ""),
        (RING, 2.325, 3.085, ""),  # BridgeEnter is the last event of all: what was talked left no trace
    ],
    "callback-placeholder": [
        (MENU, 0, 0.002, ""),
        (QUEUE, 0.002, 2.005, ""),  # the placeholder stands in the queue
        (RING, 2.005, 4.291, ""),  # the operator rings, is there at 3.266, then the citizen rings
        (TALK, 4.291, 8.419, "op1"),  # DialEnd ANSWER of ;2 … the operator's BridgeLeave
        (HOLD, 8.419, 8.423, ""),  # alone in the bridge with ;2
    ],
    "click-to-call": [
        (MENU, 0.001, 0.002, ""),
        (RING, 0.002, 2.528, ""),  # the operator's own telephone, then the citizen's
        (TALK, 2.528, 8.668, "op1"),
        (MENU, 8.668, 8.671, ""),
    ],
    "click-to-call-failed": [
        (MENU, 0, 0.002, ""),
        (RING, 0.002, 20.762, ""),
    ],
    "supervisor-spy-takeover": [
        (MENU, 0, 2.343, ""),
        (QUEUE, 2.343, 2.348, ""),
        (RING, 2.348, 3.240, ""),
        (TALK, 3.240, 29.816, "op1"),  # Bridge() takes the caller; AgentComplete never comes in the stream
        (HOLD, 29.816, 29.818, ""),  # alone in the new bridge
        (TALK, 29.818, 40, "op3"),  # goes on
    ],
}
VISITS: dict[str, list[tuple[str, Outcome, float, str]]] = {
    "abandoned": [("dv", Outcome.ABANDONED, 3.695, "")],  # Abandon, then Hangup
    "timeout-overflow": [("dv", Outcome.OVERFLOWED, 4.003, "")],  # the same Abandon, then TongdaiQueueEnd
    "answered": [("dv", Outcome.ANSWERED, 0.983, "op1")],  # Join 2.305 … Leave 3.288; Asterisk's HoldTime says 1
    "ring-no-answer": [("short", Outcome.ANSWERED, 5.612, "ph2")],  # 2.316 … 7.928; HoldTime says 6
    "parallel-ring": [("all", Outcome.ANSWERED, 1.527, "ph2")],  # 2.317 … 3.844
    "blind-transfer": [("dv", Outcome.ANSWERED, 0.899, "op1")],  # 2.317 … 3.216
    "attended-transfer": [("dv", Outcome.ANSWERED, 0.775, "op1")],  # 2.317 … 3.092
    "operator-browser-dies": [("dv", Outcome.ANSWERED, 0.737, "op1")],  # 2.321 … 3.058
    "operator-reload-resume": [("dv", Outcome.ANSWERED, 0.583, "op1")],  # 2.396 … 2.979
    "asterisk-killed": [("dv", Outcome.ANSWERED, 0.767, "op1")],  # 2.317 … 3.084
    "callback-placeholder": [("dv", Outcome.ANSWERED, 3.264, "op1")],  # 0.002 … 3.266: the operator is taken
    "click-to-call": [],
    "click-to-call-failed": [],
    "supervisor-spy-takeover": [("dv", Outcome.ANSWERED, 0.894, "op1")],  # 2.343 … 3.237
}
DIRECTIONS = {
    "callback-placeholder": Direction.CALL_BACK,
    "click-to-call": Direction.OUTBOUND,
    "click-to-call-failed": Direction.OUTBOUND,
}


def replay(name: str) -> tuple[Call, Timeline]:
    """The oldest call of a stream, seen at second 40."""
    call = min(replayed(name).calls.values(), key=lambda call: call.born)
    return call, timeline_of(call, phones=PHONES, now=moment(40))


def seconds(span: timedelta) -> float:
    return round(span.total_seconds(), 6)


def short(phones: tuple[str, ...]) -> str:
    return " ".join(phone.removeprefix("PJSIP/") for phone in phones)


def test_every_stream_of_a_call_has_its_course() -> None:
    assert sorted(COURSES) == sorted(VISITS) == sorted(set(streams()) - {"agentcomplete-without-channel"})


@pytest.mark.parametrize("name", COURSES)
def test_segments(name: str) -> None:
    _, timeline = replay(name)
    found = [
        (part.kind, seconds(part.began - START), seconds(part.ended - START), short(part.phones))
        for part in timeline.segments
    ]
    assert found == COURSES[name]


@pytest.mark.parametrize("name", COURSES)
def test_segments_add_up_to_the_call(name: str) -> None:
    _, timeline = replay(name)
    assert sum((part.lasted for part in timeline.segments), timedelta(0)) == timeline.ended - timeline.began


@pytest.mark.parametrize("name", VISITS)
def test_visits(name: str) -> None:
    call, timeline = replay(name)
    found = [
        (visit.queue, visit.outcome, seconds(visit.waited), visit.answered_by.removeprefix("PJSIP/"))
        for visit in visits_of(call, timeline)
    ]
    assert found == VISITS[name]


@pytest.mark.parametrize("name", COURSES)
def test_direction_and_end(name: str) -> None:
    _, timeline = replay(name)
    assert timeline.direction is DIRECTIONS.get(name, Direction.INBOUND)
    assert timeline.cut == (name == "asterisk-killed")
    assert timeline.is_open == (name == "supervisor-spy-takeover")


def test_the_word_of_two_operators_before_a_transfer_is_one_call_with_the_citizen() -> None:
    book = replayed("attended-transfer")
    assert list(book.calls) == ["1795997391.14"]


def test_who_listens_is_a_call_apart_and_who_takes_over_is_not() -> None:
    book = replayed("supervisor-spy-takeover")
    directions = {
        linkedid: timeline_of(call, phones=PHONES, now=moment(40)).direction for linkedid, call in book.calls.items()
    }
    assert directions == {
        "1795998157.0": Direction.INBOUND,
        "01SPY-listen-1795998162": Direction.SPY,
        "01SPY-whisper-1795998171": Direction.SPY,
        "01SPY-barge-1795998178": Direction.SPY,
    }


def test_the_take_over_credits_the_operator_who_talked() -> None:
    """AgentComplete would give op1 everything until the caller leaves (LIVE fact 2)."""
    _, timeline = replay("supervisor-spy-takeover")
    talks = {short(part.phones): seconds(part.lasted) for part in timeline.segments if part.kind is SegmentKind.TALK}
    assert talks == {"op1": 26.576, "op3": 10.182}


def test_a_completion_without_a_channel_belongs_to_no_call_that_is_not_known() -> None:
    assert not replayed("agentcomplete-without-channel").calls

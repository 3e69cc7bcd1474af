"""What a call says of queues, and to them, over its AGI connection."""

from collections.abc import Callable

import pytest

from ivr.phone import LeftForQueue, QueueState, RingResult
from ivr.testing.agi_peer import Peer, replying


def test_before_a_queue_all_is_said_and_its_name_comes_last(dial: Callable[..., Peer]) -> None:
    peer = dial(replying())
    with pytest.raises(LeftForQueue):
        peer.phone.ring("da-nang-operator", wait=25.4, call="01ARZ3NDEKTSV4RRFFQ69G5FAV", priority=30)
    assert peer.commands == [
        'SET VARIABLE "TONGDAI_CALL" "01ARZ3NDEKTSV4RRFFQ69G5FAV"',
        'SET VARIABLE "TONGDAI_WAIT" "25"',
        'SET VARIABLE "TONGDAI_PRIORITY" "30"',
        'SET VARIABLE "TONGDAI_STAGE" "queued"',
        'SET VARIABLE "TONGDAI_ASKED" ""',
        'SET VARIABLE "TONGDAI_QUEUE" "da-nang-operator"',
    ]


def test_a_dialplan_that_knows_no_queues_has_no_telephone_to_ring(dial: Callable[..., Peer]) -> None:
    peer = dial(replying(), queues=False)
    assert peer.phone.queue_state("da-nang-operator") == QueueState(waiting=0, on_duty=0)
    assert peer.commands == []


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("1:3:2:", QueueState(waiting=3, on_duty=2)),
        ("1:0:1:4", QueueState(waiting=0, on_duty=1, place=4)),
        ("1:0:0:-1", QueueState(waiting=0, on_duty=0)),
        ("0::-1:", QueueState(waiting=0, on_duty=0)),
    ],
)
def test_who_is_in_a_queue_and_who_is_there_to_answer(dial: Callable[..., Peer], said: str, state: QueueState) -> None:
    peer = dial(replying(GET=f"200 result=1 ({said})"))
    assert peer.phone.queue_state("q") == state
    asked = "${QUEUE_EXISTS(q)}:${QUEUE_WAITING_COUNT(q)}:${QUEUE_MEMBER(q,logged)}:${QUEUEPOSITION}"
    assert peer.commands == [f'GET FULL VARIABLE "{asked}"']


@pytest.mark.parametrize(("why", "status"), [(RingResult.FULL, "FULL"), (RingResult.ABSENT, "JOINEMPTY")])
def test_who_is_not_let_in_is_counted_by_the_event_of_the_dialplan(
    dial: Callable[..., Peer], why: RingResult, status: str
) -> None:
    peer = dial(replying())
    peer.phone.turned_away("q", why)
    assert peer.commands == [f'EXEC UserEvent "TongdaiQueueEnd,Status: {status},Queue: q"']


@pytest.mark.parametrize(
    ("stage", "status", "result"),
    [
        ("talking", "CONTINUE", RingResult.ANSWERED),
        ("talking", "", RingResult.ANSWERED),
        ("queued", "CONTINUE", RingResult.ANSWERED),
        ("queued", "TIMEOUT", RingResult.UNANSWERED),
        ("queued", "FULL", RingResult.FULL),
        ("queued", "JOINEMPTY", RingResult.ABSENT),
        ("queued", "LEAVEEMPTY", RingResult.ABSENT),
        ("queued", "", RingResult.ABSENT),
    ],
)
def test_what_came_of_a_queue(dial: Callable[..., Peer], stage: str, status: str, result: RingResult) -> None:
    peer = dial(replying(GET=f"200 result=1 ({stage}:{status})"))
    assert peer.phone.came_back() is result
    asked = 'GET FULL VARIABLE "${TONGDAI_STAGE}:${QUEUESTATUS}"'
    assert peer.commands == [asked, 'SET VARIABLE "TONGDAI_ASKED" "1"']

"""Which queue, which operator, in which order."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from ivr.callcentre.operators import Operator, OperatorState
from ivr.callcentre.queues import (
    CONFIDENTIAL,
    ENGLISH,
    Member,
    Priorities,
    Queue,
    Strategy,
    Waiting,
    Wanted,
    choose_queue,
    last_operator_first,
    line_up,
    members_of,
    next_to_ring,
    position,
    priority_of,
)
from ivr.testing.recorded_events import moment

GENERAL = Queue(id="chung")
PROCEDURES = Queue(id="thu-tuc", needs=frozenset({"3"}))
FOREIGNERS = Queue(id="english", needs=frozenset({ENGLISH}))
SECRET = Queue(id="mat", needs=frozenset({CONFIDENTIAL}))
ALL = (GENERAL, PROCEDURES, FOREIGNERS, SECRET)


def member(phone: str, *skills: str, state: OperatorState = OperatorState.READY) -> Member:
    return Member(operator=Operator(since=moment(0), state=state, phone=phone), skills=frozenset(skills))


@pytest.mark.parametrize(
    ("wanted", "queue"),
    [
        (Wanted(), GENERAL),
        (Wanted(branch="0"), GENERAL),
        (Wanted(branch="3"), PROCEDURES),
        (Wanted(branch="3", english=True), FOREIGNERS),  # a language that is spoken comes before a branch
        (Wanted(branch="4", confidential=True), SECRET),
    ],
)
def test_the_most_special_queue_that_fits(wanted: Wanted, queue: Queue) -> None:
    assert choose_queue(ALL, wanted) == queue


def test_what_is_confidential_goes_to_no_other_queue() -> None:
    assert choose_queue((GENERAL, PROCEDURES), Wanted(branch="3", confidential=True)) is None


def test_without_an_english_queue_the_branch_serves() -> None:
    assert choose_queue((GENERAL, PROCEDURES), Wanted(branch="3", english=True)) == PROCEDURES


def test_members_have_every_skill_that_is_asked_for() -> None:
    people = [member("a"), member("b", "3"), member("c", "3", ENGLISH), member("d", CONFIDENTIAL)]
    assert [each.operator.phone for each in members_of(PROCEDURES, people)] == ["b", "c"]
    assert [each.operator.phone for each in members_of(SECRET, people)] == ["d"]
    assert members_of(GENERAL, people) == people


def test_the_last_operator_comes_first_only_where_free_and_of_the_queue() -> None:
    free, busy = member("a"), member("b", state=OperatorState.TALKING)
    assert last_operator_first("a", [free, busy]) == "a"
    assert last_operator_first("b", [free, busy]) is None
    assert last_operator_first("z", [free, busy]) is None
    assert last_operator_first("", [member("")]) is None


@pytest.mark.parametrize(
    ("strategy", "rung"),
    [
        (Strategy.LEAST_RECENT, ("new",)),
        (Strategy.FEWEST_CALLS, ("early",)),
        (Strategy.LINEAR, ("late",)),
        (Strategy.RING_ALL, ("late", "early", "new")),
    ],
)
def test_each_strategy(strategy: Strategy, rung: tuple[str, ...]) -> None:
    members = [
        replace(member("late"), last_talk_ended=moment(90), talks=2),
        replace(member("paused", state=OperatorState.PAUSED), talks=0),
        replace(member("early"), last_talk_ended=moment(10), talks=1),
        replace(member("new"), talks=3),
    ]
    assert next_to_ring(members, strategy) == rung
    assert next_to_ring(members[1:2], strategy) == ()


def test_who_has_talked_least_recently_is_rung() -> None:
    members = [replace(member(name), last_talk_ended=moment(at)) for name, at in (("a", 30), ("b", 10), ("c", 20))]
    assert next_to_ring(members, Strategy.LEAST_RECENT) == ("b",)


@pytest.mark.parametrize(
    ("emergency", "repeat", "called_back", "priority"),
    [(True, True, True, 30), (False, True, True, 20), (False, False, True, 10), (False, False, False, 0)],
)
def test_an_emergency_is_first_then_who_calls_again_then_who_was_called_back(
    emergency: bool, repeat: bool, called_back: bool, priority: int
) -> None:
    assert priority_of(emergency=emergency, repeat=repeat, called_back=called_back, priorities=Priorities()) == priority


def test_a_place_in_the_line() -> None:
    waiting = [
        Waiting(linkedid="first", joined_at=moment(1)),
        Waiting(linkedid="second", joined_at=moment(2)),
        Waiting(linkedid="rescue", joined_at=moment(9), priority=30),
    ]
    assert [caller.linkedid for caller in line_up(waiting)] == ["rescue", "first", "second"]
    assert position("second", waiting) == 3
    assert position("elsewhere", waiting) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100)), max_size=20))
@trying(max_examples=50)
def test_no_one_of_less_priority_or_later_is_in_front(callers: list[tuple[int, int]]) -> None:
    waiting = [
        Waiting(linkedid=str(index), joined_at=moment(at), priority=priority)
        for index, (priority, at) in enumerate(callers)
    ]
    line = line_up(waiting)
    assert sorted(position(caller.linkedid, waiting) or 0 for caller in waiting) == list(range(1, len(waiting) + 1))
    for ahead, behind in pairwise(line):
        assert (-ahead.priority, ahead.joined_at) <= (-behind.priority, behind.joined_at)

"""The estimate is spoken only where ten answers of the last hour carry it; when another way is offered, and which."""

from datetime import timedelta

import pytest

from ivr.callcentre.operators import Operator, OperatorState
from ivr.callcentre.promises import Choice, Handled, Offer, Reason, estimate, overflow, spoken_minutes
from ivr.callcentre.queues import Member, Queue
from ivr.testing.recorded_events import moment

NOW = moment(7200)
QUEUE = Queue(id="dv", most_waiting=10, overflow_after=timedelta(seconds=45))


def handled(count: int, *, minutes_ago: float = 10, took: float = 240) -> list[Handled]:
    return [
        Handled(answered_at=NOW - timedelta(minutes=minutes_ago), took=timedelta(seconds=took)) for _ in range(count)
    ]


def test_an_estimate_is_place_times_handling_time_over_operators() -> None:
    assert estimate(3, on_duty=4, handled=handled(10), now=NOW) == timedelta(seconds=180)
    mixed = handled(9, took=100) + handled(1, took=200)
    assert estimate(1, on_duty=1, handled=mixed, now=NOW) == timedelta(seconds=110)


def test_nine_answers_carry_nothing() -> None:
    assert estimate(3, on_duty=4, handled=handled(9), now=NOW) is None


def test_answers_of_more_than_an_hour_ago_do_not_count() -> None:
    old = handled(5, minutes_ago=60)
    assert estimate(3, on_duty=4, handled=old + handled(9), now=NOW) is None
    assert estimate(3, on_duty=4, handled=old + handled(9) + handled(1, minutes_ago=59.9), now=NOW) is not None


@pytest.mark.parametrize(("place", "on_duty"), [(3, 0), (0, 4)])
def test_without_operators_or_a_place_there_is_none(place: int, on_duty: int) -> None:
    assert estimate(place, on_duty=on_duty, handled=handled(20), now=NOW) is None


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (59, 1), (60, 1), (60.1, 2), (180, 3), (181, 4)])
def test_minutes_are_rounded_up(seconds: float, minutes: int) -> None:
    assert spoken_minutes(timedelta(seconds=seconds)) == minutes


def members(*states: OperatorState) -> list[Member]:
    return [Member(operator=Operator(since=NOW, state=state, phone="PJSIP/op1")) for state in states]


def offered(
    *states: OperatorState,
    waited: float | None = None,
    waiting: int = 0,
    refused_recording: bool = False,
    withheld: bool = False,
) -> Offer | None:
    return overflow(
        QUEUE,
        members(*states),
        waited=None if waited is None else timedelta(seconds=waited),
        waiting=waiting,
        refused_recording=refused_recording,
        withheld=withheld,
    )


@pytest.mark.parametrize(
    "states", [(), (OperatorState.SIGNED_OUT,), (OperatorState.PAUSED, OperatorState.CONNECTION_LOST)]
)
def test_without_anybody_on_duty_no_one_is_let_wait(states: tuple[OperatorState, ...]) -> None:
    offer = offered(*states)
    assert offer is not None
    assert (offer.reason, offer.choices) == (Reason.NO_OPERATOR, (Choice.REPORT, Choice.CALL_BACK))


def test_the_last_operator_leaves_while_a_caller_waits() -> None:
    offer = offered(OperatorState.PAUSED, waited=1)
    assert offer is not None
    assert offer.reason is Reason.NO_OPERATOR


@pytest.mark.parametrize("state", [OperatorState.TALKING, OperatorState.WRAP_UP, OperatorState.READY])
def test_a_busy_operator_is_on_duty(state: OperatorState) -> None:
    assert offered(state) is None


def test_a_full_line_lets_no_caller_in_and_sends_none_away() -> None:
    offer = offered(OperatorState.TALKING, waiting=10)
    assert offer is not None
    assert (offer.reason, offer.choices) == (Reason.FULL, (Choice.REPORT, Choice.CALL_BACK))
    assert offered(OperatorState.TALKING, waiting=9) is None
    assert offered(OperatorState.TALKING, waiting=30, waited=10) is None


def test_after_a_long_wait_waiting_on_is_a_choice_too() -> None:
    assert offered(OperatorState.TALKING, waited=44.9) is None
    offer = offered(OperatorState.TALKING, waited=45)
    assert offer is not None
    assert offer.reason is Reason.TOO_LONG
    assert offer.choices == (Choice.REPORT, Choice.CALL_BACK, Choice.WAIT)


def test_who_refused_recording_is_asked_first_and_a_withheld_number_is_asked_for() -> None:
    plain = offered(OperatorState.TALKING, waited=45)
    asked = offered(OperatorState.TALKING, waited=45, refused_recording=True, withheld=True)
    assert plain is not None
    assert asked is not None
    assert (plain.asks_recording, plain.asks_number) == (False, False)
    assert (asked.asks_recording, asked.asks_number) == (True, True)

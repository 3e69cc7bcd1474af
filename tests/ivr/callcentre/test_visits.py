"""Ends of a visit that the recorded streams do not have, and the paper work behind a talk."""

from datetime import timedelta

import pytest

from ivr.callcentre import events
from ivr.callcentre.calls import Call, CallBook
from ivr.callcentre.events import Event
from ivr.callcentre.exchange_events import Booted
from ivr.callcentre.figures import Counts
from ivr.callcentre.intervals import NO_QUEUE, Cell, count_call, half_hour
from ivr.callcentre.segments import SegmentKind, Timeline, timeline_of
from ivr.callcentre.visits import Outcome, visits_of
from ivr.testing.recorded_events import PHONES, moment

OP1 = {"queue": "dv", "interface": "PJSIP/op1", "member": "", "agent": "1.1"}


def of_call(kind: type[events.CallEvent], seconds: float, *, leg: str = "1.0", **fields: object) -> Event:
    return kind(at=moment(seconds), uniqueid=leg, linkedid="1.0", **fields)


def began(seconds: float = 0) -> Event:
    return of_call(events.ChannelBegan, seconds, channel="PJSIP/trunk-1")


def joined(seconds: float, queue: str = "dv") -> Event:
    return of_call(events.CallerJoined, seconds, queue=queue, position=1, waiting=1)


def talk(begin: float, end: float) -> list[Event]:
    """An answered talk with op1."""
    return [
        of_call(events.ChannelBegan, begin, leg="1.1", channel="PJSIP/op1-1"),
        of_call(events.AgentConnected, begin, **OP1),
        of_call(events.BridgeEntered, begin, leg="1.1", bridge="b"),
        of_call(events.BridgeEntered, begin, bridge="b"),
        of_call(events.BridgeLeft, end, bridge="b"),
        of_call(events.HungUp, end, leg="1.1"),
    ]


def course(*happened: Event, now: float = 1000) -> tuple[Call, Timeline]:
    book = CallBook()
    for event in happened:
        book.apply(event)
    (call,) = book.calls.values()
    return call, timeline_of(call, phones=PHONES, now=moment(now))


def outcomes(*happened: Event, now: float = 1000) -> list[tuple[str, Outcome, float, int]]:
    call, timeline = course(*happened, now=now)
    return [
        (visit.queue, visit.outcome, visit.waited.total_seconds(), visit.rounds) for visit in visits_of(call, timeline)
    ]


def test_who_still_waits_has_waited_until_now() -> None:
    assert outcomes(began(), joined(10), now=40) == [("dv", Outcome.WAITING, 30.0, 1)]


def test_an_abandon_is_undecided_until_the_next_event() -> None:
    abandoned = of_call(events.CallerAbandoned, 20, queue="dv", position=1)
    assert outcomes(began(), joined(10), abandoned, now=21) == [("dv", Outcome.WAITING, 10.0, 1)]


def test_rounds_are_one_visit_and_their_waits_are_added() -> None:
    """10 s, the offer is heard for 5 s, 7 s more: Asterisk's HoldTime would say 7."""
    ended = of_call(events.QueueEnded, 20, status="TIMEOUT")
    assert outcomes(began(), joined(10), ended, joined(25), *talk(32, 60)) == [("dv", Outcome.ANSWERED, 17.0, 2)]


@pytest.mark.parametrize("status", ["FULL", "JOINEMPTY", "JOINUNAVAIL"])
def test_who_is_not_let_in_was_offered_without_a_wait(status: str) -> None:
    ended = of_call(events.QueueEnded, 10, status=status, queue="dv")
    assert outcomes(began(), ended) == [("dv", Outcome.OVERFLOWED, 0.0, 1)]


def test_two_lines_without_a_telephone_are_two_visits() -> None:
    def away(seconds: float, queue: str, status: str = "JOINEMPTY") -> Event:
        return of_call(events.QueueEnded, seconds, status=status, queue=queue)

    in_vain = ("dv", Outcome.OVERFLOWED, 0.0, 1)
    assert outcomes(began(), away(10, "dv"), away(20, "operator")) == [in_vain, ("operator", *in_vain[1:])]
    assert outcomes(began(), away(10, "dv"), away(20, "dv")) == [in_vain]
    waited = (joined(10), away(20, "dv", "TIMEOUT"), away(30, "operator"))
    assert outcomes(began(), *waited) == [("dv", Outcome.OVERFLOWED, 10.0, 1), ("operator", *in_vain[1:])]


def test_the_end_of_a_talk_is_no_overflow() -> None:
    ended = of_call(events.QueueEnded, 60, status="CONTINUE")
    assert outcomes(began(), joined(10), *talk(12, 60), ended) == [("dv", Outcome.ANSWERED, 2.0, 1)]


def test_who_asks_to_be_called_back_has_not_abandoned() -> None:
    asked = of_call(events.CallBackAsked, 30)
    assert outcomes(began(), joined(10), asked, of_call(events.HungUp, 31)) == [("dv", Outcome.CALL_BACK, 20.0, 1)]


def test_a_request_for_a_call_in_the_menu_is_no_visit() -> None:
    assert outcomes(began(), of_call(events.CallBackAsked, 5), of_call(events.HungUp, 9)) == []


def test_whom_a_dying_asterisk_cut_off_in_the_queue_is_called_back() -> None:
    restarted = Booted(at=moment(60), uptime=timedelta(seconds=4))
    happened = (began(), joined(10), of_call(events.Unheld, 30), restarted)
    assert outcomes(*happened) == [("dv", Outcome.CALL_BACK, 20.0, 1)]
    assert course(*happened)[1].cut


def test_a_transfer_to_another_queue_is_another_visit() -> None:
    assert outcomes(began(), joined(10), *talk(12, 60), joined(61, "mat"), of_call(events.HungUp, 70)) == [
        ("dv", Outcome.ANSWERED, 2.0, 1),
        ("mat", Outcome.ABANDONED, 9.0, 1),
    ]


def test_a_talk_whose_connect_was_lost_answers_the_visit() -> None:
    happened = [event for event in talk(15, 60) if not isinstance(event, events.AgentConnected)]
    call, timeline = course(began(), joined(10), *happened, of_call(events.HungUp, 61))
    (visit,) = visits_of(call, timeline)
    assert (visit.outcome, visit.answered_by, visit.answered_at) == (Outcome.ANSWERED, "PJSIP/op1", moment(15))
    assert visit.waited == timedelta(seconds=5)


def test_the_paper_work_belongs_to_the_talk_before_it() -> None:
    wrapped = events.WrapUpEnded(at=moment(100), uniqueid="", linkedid="1.0", interface="PJSIP/op1")
    call, timeline = course(began(), joined(10), *talk(12, 60), of_call(events.HungUp, 61), wrapped)
    assert [(part.kind, part.began, part.ended) for part in timeline.wrap_ups] == [
        (SegmentKind.WRAP_UP, moment(60), moment(100))
    ]
    assert timeline.ended == moment(61)  # the citizen's call is over: its segments add up to it without the paper work
    sums = dict(count_call(timeline, visits_of(call, timeline), threshold=timedelta(seconds=20)))
    counts = sums[Cell(half_hour(moment(10)), "dv")]
    assert (counts.talk, counts.wrap_up) == (timedelta(seconds=48), timedelta(seconds=40))
    assert counts.aht == timedelta(seconds=88)


def test_who_leaves_in_the_menu_is_apart() -> None:
    call, timeline = course(began(), of_call(events.HungUp, 20))
    sums = list(count_call(timeline, visits_of(call, timeline), threshold=timedelta(seconds=20)))
    assert sums == [(Cell(half_hour(moment(0)), NO_QUEUE), Counts(left_in_menu=1))]


def test_who_left_a_report_did_not_leave_in_the_menu() -> None:
    call, timeline = course(
        began(), of_call(events.RecorderBegan, 5), of_call(events.RecorderEnded, 50), of_call(events.HungUp, 60)
    )
    assert timeline.lasted(SegmentKind.RECORDER) == timedelta(seconds=45)
    ((_, counts),) = count_call(timeline, visits_of(call, timeline), threshold=timedelta(seconds=20))
    assert counts == Counts()


def test_a_wait_of_exactly_the_threshold_is_in_time() -> None:
    answered = (began(), joined(10), *talk(30, 60), of_call(events.HungUp, 60))
    abandoned = (began(), joined(10), of_call(events.HungUp, 15))
    for happened, threshold, expected in (
        (answered, 20, {"answered_in_time": 1}),
        (answered, 19.999, {"answered_in_time": 0}),
        (abandoned, 5, {"abandoned_in_time": 1, "abandoned_at_once": 1}),
        (abandoned, 4.999, {"abandoned_in_time": 0, "abandoned_at_once": 1}),
    ):
        call, timeline = course(*happened)
        sums = dict(count_call(timeline, visits_of(call, timeline), threshold=timedelta(seconds=threshold)))
        counts = sums[Cell(half_hour(moment(10)), "dv")]
        assert {name: getattr(counts, name) for name in expected} == expected

"""An operator's day: what each act and fact does, what is refused and why."""

from datetime import timedelta

import pytest

from ivr.callcentre.acts import (
    Act,
    Answered,
    FinishWrapUp,
    GetReady,
    HoldBegan,
    HoldEnded,
    LineBack,
    LineLost,
    Listed,
    Moved,
    Rang,
    Refused,
    RingEnded,
    SignIn,
    SignOut,
    TakePause,
    TalkEnded,
    Why,
)
from ivr.callcentre.moves import act, pass_time
from ivr.callcentre.operators import NO_ANSWER, SIGNED_IN, Operator, OperatorState, Pause, Rules
from ivr.testing.recorded_events import moment

S = OperatorState
RULES = Rules(wrap_up=timedelta(seconds=60), grace=timedelta(seconds=30), ring=timedelta(seconds=20), most_missed=2)
LUNCH = Pause(reason="an-trua", limit=timedelta(minutes=30))
RANG, ANSWERED, ENDED = Rang(linkedid="1.0"), Answered(linkedid="1.0"), TalkEnded(linkedid="1.0")


class Desk:
    """One operator, to whom things happen one after another."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.operator = Operator(since=moment(0))
        self.rules = rules

    def at(self, seconds: float, *acts: Act) -> Operator:
        """Do what must be done."""
        for what in acts:
            result = act(self.operator, what, now=moment(seconds), rules=self.rules)
            assert isinstance(result, Moved), result
            self.operator = result.operator
        return self.operator

    def refused(self, seconds: float, what: Act) -> Why:
        """Why something is refused; nothing changes."""
        before = pass_time(self.operator, now=moment(seconds))
        result = act(self.operator, what, now=moment(seconds), rules=self.rules)
        assert isinstance(result, Refused), result
        assert result.operator == before
        return result.why

    def later(self, seconds: float) -> Operator:
        """What time alone did."""
        self.operator = pass_time(self.operator, now=moment(seconds))
        return self.operator


@pytest.fixture
def desk() -> Desk:
    """An operator who is ready."""
    desk = Desk()
    desk.at(1, SignIn(phone="PJSIP/op1"), GetReady())
    return desk


def test_who_signs_in_is_not_rung_before_saying_so() -> None:
    operator = Desk().at(1, SignIn(phone="PJSIP/op1"))
    assert (operator.state, operator.pause, operator.phone) == (S.PAUSED, SIGNED_IN, "PJSIP/op1")


def test_a_call_from_ring_to_ready(desk: Desk) -> None:
    assert desk.at(10, RANG).state is S.RINGING
    assert desk.at(12, ANSWERED).state is S.TALKING
    assert desk.at(20, HoldBegan(linkedid="1.0")).state is S.HOLD
    assert desk.at(30, HoldEnded(linkedid="1.0")).state is S.TALKING
    wrapping = desk.at(40, ENDED)
    assert (wrapping.state, wrapping.until, wrapping.linkedid) == (S.WRAP_UP, moment(100), "1.0")
    assert desk.later(99.9).state is S.WRAP_UP
    ready = desk.later(500)
    assert (ready.state, ready.since, ready.linkedid) == (S.READY, moment(100), "")


def test_f8_ends_the_wrap_up_early_and_during_a_talk_says_why_not(desk: Desk) -> None:
    desk.at(10, RANG, ANSWERED)
    assert desk.refused(11, FinishWrapUp()) is Why.IN_CALL
    desk.at(20, ENDED)
    assert desk.at(25, FinishWrapUp()).state is S.READY
    assert desk.refused(26, FinishWrapUp()) is Why.NO_WRAP_UP


def test_a_city_without_wrap_up_goes_on_at_once() -> None:
    desk = Desk(Rules(wrap_up=timedelta(0)))
    desk.at(1, SignIn(phone="PJSIP/op1"), GetReady(), RANG, ANSWERED)
    assert desk.at(9, ENDED).state is S.READY


def test_a_pause_has_a_reason_and_a_limit_that_shows(desk: Desk) -> None:
    assert desk.refused(2, TakePause(Pause(reason=" "))) is Why.NO_REASON
    assert desk.refused(2, TakePause(Pause(reason="hop", limit=timedelta(0)))) is Why.NO_TIME
    paused = desk.at(10, TakePause(LUNCH))
    assert (paused.state, paused.pause) == (S.PAUSED, LUNCH)
    assert not paused.is_overdue(moment(10 + 1800))
    assert paused.is_overdue(moment(11 + 1800))
    assert desk.later(99_999).state is S.PAUSED  # never rung without having come back
    assert desk.refused(99_999, TakePause(LUNCH)) is Why.ALREADY


def test_a_pause_asked_for_in_a_talk_comes_after_the_wrap_up(desk: Desk) -> None:
    desk.at(10, RANG, ANSWERED)
    assert desk.at(11, TakePause(LUNCH)).state is S.TALKING
    desk.at(20, ENDED)
    paused = desk.later(80)
    assert (paused.state, paused.pause, paused.since) == (S.PAUSED, LUNCH, moment(80))


def test_a_pause_asked_for_in_a_talk_can_be_taken_back(desk: Desk) -> None:
    desk.at(10, RANG, ANSWERED)
    assert desk.refused(11, GetReady()) is Why.IN_CALL
    desk.at(12, TakePause(LUNCH), GetReady(), ENDED)
    assert desk.later(80).state is S.READY


def test_an_own_call_in_a_pause_leads_back_to_the_pause(desk: Desk) -> None:
    desk.at(10, TakePause(LUNCH), RANG, ANSWERED, ENDED)
    assert desk.at(30, FinishWrapUp()).pause == LUNCH


def test_two_rings_in_vain_pause(desk: Desk) -> None:
    missed = RingEnded(linkedid="1.0", missed=True)
    assert desk.at(10, RANG, missed).state is S.READY
    paused = desk.at(40, RANG, missed)
    assert (paused.state, paused.pause) == (S.PAUSED, NO_ANSWER)
    desk.at(50, GetReady(), RANG, missed)
    assert desk.operator.state is S.READY  # counted anew


def test_a_ring_that_a_colleague_took_is_not_missed(desk: Desk) -> None:
    for _ in range(3):
        desk.at(10, RANG, RingEnded(linkedid="1.0"))
    assert (desk.operator.state, desk.operator.missed) == (S.READY, 0)


def test_an_answer_forgets_missed_rings(desk: Desk) -> None:
    desk.at(10, RANG, RingEnded(linkedid="1.0", missed=True), RANG, ANSWERED, ENDED, FinishWrapUp())
    assert desk.operator.missed == 0


def test_a_ring_without_an_end_ends_by_time(desk: Desk) -> None:
    desk.at(10, RANG)
    assert desk.later(30).state is S.READY


def test_nobody_signs_out_of_a_talk_but_a_supervisor_may_say_so_for_after_it(desk: Desk) -> None:
    desk.at(10, RANG, ANSWERED)
    assert desk.refused(11, SignOut()) is Why.IN_CALL
    assert desk.at(12, SignOut(forced=True)).state is S.TALKING
    assert desk.at(20, ENDED).state is S.WRAP_UP
    out = desk.later(80)
    assert (out.state, out.phone, out.leaves) == (S.SIGNED_OUT, "", False)


def test_facts_of_another_call_change_nothing(desk: Desk) -> None:
    """A word with a colleague before a transfer is a call of its own."""
    desk.at(10, RANG, ANSWERED, HoldBegan(linkedid="1.0"))
    assert desk.refused(11, Rang(linkedid="2.0")) is Why.OTHER_CALL
    assert desk.refused(11, Answered(linkedid="2.0")) is Why.OTHER_CALL
    assert desk.refused(12, TalkEnded(linkedid="2.0")) is Why.OTHER_CALL
    assert desk.refused(13, RingEnded(linkedid="1.0")) is Why.ALREADY


def test_an_unhold_that_comes_alone_is_no_move(desk: Desk) -> None:
    desk.at(10, RANG, ANSWERED)
    assert desk.refused(11, HoldEnded(linkedid="1.0")) is Why.ALREADY


def test_a_talk_without_a_ring_is_a_talk(desk: Desk) -> None:
    assert desk.at(10, ANSWERED).state is S.TALKING


def test_a_reload_in_a_talk_rings_again_and_goes_on(desk: Desk) -> None:
    """LIVE fact 5: registration gone, back, the old leg ends by Redirect, the telephone rings with the same call."""
    desk.at(10, RANG, ANSWERED)
    assert desk.at(20, LineLost()).state is S.CONNECTION_LOST
    assert desk.at(20.7, LineBack()).state is S.TALKING
    assert desk.at(20.8, ENDED).state is S.WRAP_UP
    assert desk.at(20.9, RANG).state is S.RINGING
    assert desk.at(21.2, ANSWERED).state is S.TALKING


def test_a_network_that_comes_back_in_time_goes_on_where_it_was(desk: Desk) -> None:
    desk.at(10, TakePause(LUNCH), LineLost())
    back = desk.at(20, LineBack())
    assert (back.state, back.pause) == (S.PAUSED, LUNCH)


def test_a_citizen_who_leaves_a_dead_line_leaves_the_paper_work(desk: Desk) -> None:
    desk.at(10, RANG, ANSWERED, LineLost(), ENDED)
    assert desk.at(20, LineBack()).state is S.WRAP_UP


def test_who_stays_away_is_signed_out_when_the_grace_is_over(desk: Desk) -> None:
    desk.at(10, LineLost())
    assert desk.refused(11, GetReady()) is Why.NO_CONNECTION
    assert desk.later(39.9).state is S.CONNECTION_LOST
    out = desk.later(100)
    assert (out.state, out.since) == (S.SIGNED_OUT, moment(40))


def test_a_pause_asked_for_without_a_line_waits_for_it(desk: Desk) -> None:
    desk.at(10, LineLost(), TakePause(LUNCH))
    assert desk.at(20, LineBack()).pause == LUNCH


def test_after_a_gap_what_asterisk_lists_is_so(desk: Desk) -> None:
    desk.at(10, RANG, ANSWERED)
    assert desk.refused(20, Listed(linkedid="1.0")) is Why.ALREADY
    assert desk.at(20, Listed(linkedid="1.0", held=True)).state is S.HOLD
    assert desk.at(21, Listed(linkedid="7.0")).linkedid == "7.0"
    assert desk.at(22, Listed()).state is S.WRAP_UP
    assert desk.at(23, Listed(linkedid="8.0")).state is S.TALKING


def test_after_a_gap_a_ring_that_is_not_listed_is_over(desk: Desk) -> None:
    desk.at(10, RANG)
    assert desk.at(12, Listed()).state is S.READY
    assert desk.refused(13, Listed()) is Why.ALREADY


def test_a_lost_line_learns_of_its_call_after_a_gap(desk: Desk) -> None:
    desk.at(10, RANG, ANSWERED, LineLost(), Listed())
    assert desk.at(12, LineBack()).state is S.WRAP_UP


@pytest.mark.parametrize("what", [GetReady(), TakePause(LUNCH), FinishWrapUp(), LineLost(), RANG, ANSWERED, Listed()])
def test_before_signing_in_nothing_can_be_done(what: Act) -> None:
    assert Desk().refused(1, what) is Why.NOT_SIGNED_IN


def test_signing_in_twice_or_without_a_telephone_is_refused(desk: Desk) -> None:
    assert desk.refused(2, SignIn(phone="PJSIP/op2")) is Why.ALREADY
    assert Desk().refused(2, SignIn(phone=" ")) is Why.NO_PHONE
    assert Desk().refused(2, SignOut()) is Why.ALREADY


def test_free_and_on_duty(desk: Desk) -> None:
    assert (desk.operator.is_free, desk.operator.is_on_duty) == (True, True)
    desk.at(10, RANG, ANSWERED)
    assert (desk.operator.is_free, desk.operator.is_on_duty) == (False, True)
    desk.at(20, ENDED, TakePause(LUNCH))
    assert (desk.operator.is_free, desk.operator.is_on_duty) == (False, False)

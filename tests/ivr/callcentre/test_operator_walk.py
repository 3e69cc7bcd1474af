"""No dead ends: every situation an operator can come into is walked, and each can be left by an act or by time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache

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
    RingEnded,
    SignIn,
    SignOut,
    TakePause,
    TalkEnded,
    Why,
)
from ivr.callcentre.moves import act, pass_time
from ivr.callcentre.operators import IN_CALL, Operator, OperatorState, Pause, Rules
from ivr.callcentre.refusals import sentence
from ivr.testing.recorded_events import moment
from ivr.words import speak

S = OperatorState
RULES = Rules()
NOW = moment(0)
LONG = timedelta(days=1)
CALLS = ("1.0", "2.0")
WISHES: tuple[Act, ...] = (
    SignIn(phone="PJSIP/op1"),
    SignOut(),
    SignOut(forced=True),
    GetReady(),
    TakePause(Pause(reason="an-trua", limit=timedelta(minutes=30))),
    FinishWrapUp(),
)
FACTS: tuple[Act, ...] = (
    LineLost(),
    LineBack(),
    Listed(),
    *(
        fact
        for call in CALLS
        for fact in (
            Rang(linkedid=call),
            RingEnded(linkedid=call),
            RingEnded(linkedid=call, missed=True),
            Answered(linkedid=call),
            HoldBegan(linkedid=call),
            HoldEnded(linkedid=call),
            TalkEnded(linkedid=call),
            Listed(linkedid=call),
            Listed(linkedid=call, held=True),
        )
    ),
)


def moves(operator: Operator) -> Iterator[tuple[Act | None, Operator]]:
    """What every act, and time alone (None), makes of an operator; the clock is set back, so that situations repeat."""
    for what in (*WISHES, *FACTS):
        result = act(operator, what, now=NOW, rules=RULES)
        if isinstance(result, Moved):
            yield what, result.operator
    later = pass_time(operator, now=NOW + LONG)
    if later != operator:
        yield None, replace(later, since=NOW)


@cache
def reachable() -> frozenset[Operator]:
    """Every situation that can be come into from being signed out."""
    found = {Operator(since=NOW)}
    waiting = list(found)
    while waiting:
        for _, after in moves(waiting.pop()):
            if after not in found:
                found.add(after)
                waiting.append(after)
    return frozenset(found)


def test_every_state_is_come_into() -> None:
    assert {operator.state for operator in reachable()} == set(S)
    assert len(reachable()) > 50


def test_every_situation_can_be_left_by_an_act_or_by_time() -> None:
    stuck = [operator for operator in reachable() if all(after.state is operator.state for _, after in moves(operator))]
    assert not stuck


def test_without_asterisk_every_situation_but_a_talk_is_left_by_a_wish_or_by_time() -> None:
    """A talk ends by its end; if that is missed, by what Asterisk lists (``Listed``)."""
    for operator in reachable():
        own = [after.state for what, after in moves(operator) if what is None or what in WISHES]
        left = any(state is not operator.state for state in own)
        assert left == (operator.state not in (S.TALKING, S.HOLD)), operator


def test_after_a_missed_end_the_list_of_asterisk_leads_out() -> None:
    for operator in reachable():
        if operator.state in IN_CALL:
            result = act(operator, Listed(), now=NOW, rules=RULES)
            assert isinstance(result, Moved)
            assert result.operator.state not in IN_CALL


def test_from_every_situation_work_can_be_ready_again() -> None:
    """Backwards from ready, over every move."""
    into: dict[Operator, set[Operator]] = {}
    for operator in reachable():
        for _, after in moves(operator):
            into.setdefault(after, set()).add(operator)
    found = {operator for operator in reachable() if operator.state is S.READY}
    waiting = list(found)
    while waiting:
        for before in into.get(waiting.pop(), set()) - found:
            found.add(before)
            waiting.append(before)
    assert found == reachable()


def test_what_is_known_fits_the_state() -> None:
    for operator in reachable():
        assert (operator.pause is not None) == (S.PAUSED in (operator.state, operator.before)), operator
        assert (operator.before is not None) == (operator.state is S.CONNECTION_LOST), operator
        timed = (S.WRAP_UP, S.RINGING, S.CONNECTION_LOST)
        assert (operator.until is not None) == (operator.state in timed), operator
        assert bool(operator.phone) == (operator.state is not S.SIGNED_OUT), operator
        if operator.state in IN_CALL:
            assert operator.linkedid, operator


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_refusal_has_its_sentence(language: str) -> None:
    speak(language)
    try:
        sentences = {sentence(why) for why in Why}
    finally:
        speak(None)
    assert len(sentences) == len(Why)
    assert all(text.endswith(".") for text in sentences)

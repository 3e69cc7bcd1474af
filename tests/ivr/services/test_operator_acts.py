"""Acts asked of operators' work, and their rows: one click is one act, and one that waits too long is not done."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from ivr.callcentre.acts import Why
from ivr.callcentre.operators import Operator, OperatorState, Pause
from ivr.errors import TongdaiError
from ivr.model import OperatorAct, OperatorSpan, Person, Role, Wanted
from ivr.services import operator_acts, operators, people
from ivr.services.errors import NotAllowed
from ivr.services.operator_acts import ActRefused
from ivr.services.operators import AtWork, Span
from ivr.store import Store

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
LATER = NOW + timedelta(seconds=3)
HERE = "1022"
PAUSE = Pause(reason="giai-lao", limit=timedelta(minutes=15))


@pytest.fixture
def lan(store: Store) -> Person:
    return person(store, "lan")


def person(store: Store, username: str, role: Role = Role.OPERATOR) -> Person:
    with store.transaction() as session:
        people.create_person(session, username, username.title(), role, "bốn-từ-ngẫu-nhiên-đó", NOW)
    with store.reading() as session:
        return people.get_person(session, username)


def ask(
    store: Store,
    who: Person,
    wanted: Wanted = Wanted.READY,
    *,
    of: Person | None = None,
    act: str = "",
    at: datetime = NOW,
) -> str:
    act = act or str(uuid4())
    with store.transaction() as session:
        operator_acts.ask(session, act, HERE, who, (of or who).id, wanted, at, phone="PJSIP/1", reason="giai-lao")
    return act


def claim(store: Store, now: datetime = NOW, instance: str = HERE) -> list[str]:
    with store.transaction() as session:
        return [act.id for act in operator_acts.claim(session, instance, now)]


def outcome(store: Store, act: str) -> bool | Why:
    with store.reading() as session:
        try:
            return operator_acts.is_answered(session, act)
        except ActRefused as refused:
            return refused.why


def test_a_second_click_is_the_same_act(store: Store, lan: Person) -> None:
    act = ask(store, lan)
    ask(store, lan, act=act)
    assert claim(store) == [act]
    assert claim(store) == []
    assert outcome(store, act) is False
    with store.transaction() as session:
        operator_acts.answer(session, act, None, NOW)
    ask(store, lan, act=act)
    assert claim(store) == []
    assert outcome(store, act) is True


def test_acts_come_in_order_and_to_their_own_hotline(store: Store, lan: Person) -> None:
    moments = [NOW + timedelta(milliseconds=ms) for ms in (2, 0, 1)]
    last, first, second = (ask(store, lan, at=at) for at in moments)
    with store.reading() as session:
        assert operator_acts.has_open(session, HERE)
        assert not operator_acts.has_open(session, "another")
    assert claim(store, instance="another") == []
    assert claim(store) == [first, second, last]


def test_one_that_waits_too_long_is_never_done(store: Store, lan: Person) -> None:
    withdrawn, late, claimed = (ask(store, lan) for _ in range(3))
    with store.transaction() as session:
        assert operator_acts.withdraw(session, withdrawn, NOW)
    assert outcome(store, withdrawn) is Why.TOO_LATE
    assert claim(store, LATER) == []
    assert outcome(store, late) is Why.TOO_LATE
    assert outcome(store, claimed) is Why.TOO_LATE
    in_hand = ask(store, lan)
    assert claim(store) == [in_hand]
    with store.transaction() as session:
        assert not operator_acts.withdraw(session, in_hand, LATER)  # it is being done
        operator_acts.give_up(session, HERE, LATER)  # … by a program that died
    assert outcome(store, in_hand) is Why.TOO_LATE


def test_who_may_ask(store: Store, lan: Person) -> None:
    boss, officer = person(store, "hoa", Role.SUPERVISOR), person(store, "so", Role.AGENCY)
    ask(store, boss, Wanted.PAUSE, of=lan)
    for who, of, wanted in ((lan, boss, Wanted.PAUSE), (officer, officer, Wanted.READY)):
        with pytest.raises(NotAllowed):
            ask(store, who, wanted, of=of)
    with pytest.raises(TongdaiError):
        ask(store, boss, Wanted.SIGN_IN, of=lan)  # at a telephone sits who signs in
    with pytest.raises(TongdaiError):
        ask(store, lan, act="'; drop table people; --")


def test_old_acts_are_forgotten(store: Store, lan: Person) -> None:
    ask(store, lan)
    with store.transaction() as session:
        operator_acts.prune(session, NOW + operator_acts.KEPT + timedelta(days=1))
    with store.reading() as session:
        assert session.scalars(select(OperatorAct)).all() == []


def test_rows_give_back_what_was_written(store: Store, lan: Person) -> None:
    with store.reading() as session:
        new = operators.find_new(session, lan.id, NOW)
        assert operators.find_new(session, 4711, NOW) is None
    assert new is not None
    assert new.operator == Operator(since=NOW)
    talking = Operator(
        state=OperatorState.TALKING, since=NOW, phone="PJSIP/1", linkedid="call.1",
        next_pause=PAUSE, leaves=True, missed=1,
    )  # fmt: skip
    resting = Operator(state=OperatorState.PAUSED, since=LATER, phone="PJSIP/1", pause=PAUSE, until=LATER)
    lost = Operator(
        state=OperatorState.CONNECTION_LOST, since=LATER, phone="PJSIP/1", before=OperatorState.HOLD, linkedid="call.1"
    )
    for operator in (talking, resting, lost, talking):
        written = AtWork(person_id=lan.id, name="Lan", queues=None, may_answer=True, operator=operator, legs=("op.1",))
        with store.transaction() as session:
            operators.store(session, HERE, [written], [])
        with store.reading() as session:
            assert operators.find_at_work(session, HERE) == [written]
            assert operators.find_own(session, HERE, lan).operator == operator
            assert operators.find_at_work(session, "another") == []
    signed_out = AtWork(person_id=lan.id, name="Lan", queues=None, may_answer=True, operator=Operator(since=LATER))
    with store.transaction() as session:
        operators.store(session, HERE, [signed_out], [Span(person_id=lan.id, operator=talking, ended=LATER)])
    with store.reading() as session:
        assert operators.find_at_work(session, HERE) == []
        own, last = operators.find_own_and_phone(session, HERE, lan)
        assert (own.operator.phone, last) == ("", "PJSIP/1")
        (span,) = session.scalars(select(OperatorSpan))
        assert (span.state, span.linkedid, span.began_at, span.ended_at) == (
            OperatorState.TALKING, "call.1", NOW, LATER,
        )  # fmt: skip


def test_how_many_take_the_callers_of_a_queue(store: Store, lan: Person) -> None:
    def count(queue: str) -> int | None:
        with store.reading() as session:
            return operators.count_on_duty(session, HERE, queue)

    assert count("da-nang-operator") is None
    states = [(lan, OperatorState.TALKING), (person(store, "minh"), OperatorState.PAUSED)]
    with store.transaction() as session:
        written = [
            AtWork(
                person_id=each.id, name=each.name, queues=None, may_answer=True,
                operator=Operator(state=state, since=NOW, phone=f"PJSIP/{each.id}"),
            )
            for each, state in states
        ]  # fmt: skip
        operators.store(session, HERE, written, [])
        session.get_one(Person, lan.id).queues = ["da-nang-operator"]
    assert count("da-nang-operator") == 1  # who rests takes no caller
    assert count("da-nang-thu-tuc") == 0

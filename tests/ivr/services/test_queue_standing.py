"""What earlier calls say about a caller who is about to wait, and about how long a queue's calls take."""

from datetime import timedelta

import pytest

from ivr.callcentre.operators import Operator, OperatorState
from ivr.callcentre.promises import Handled, Standing
from ivr.callcentre.visits import Outcome
from ivr.model import CallBack, CallBackTry, CallOutcome, Person, Role
from ivr.model.report import CallFacts
from ivr.services import operators
from ivr.services.operators import AtWork
from ivr.services.queue_standing import find_standing
from ivr.store import Store
from ivr.testing.missed_calls import NOW, NUMBER, OTHER, add_call, ulid
from ivr.testing.queue_rows import QUEUE, add_visit


def visit(store: Store, *, ago: float, outcome: Outcome, linkedid: str = "", **given: object) -> str:
    """A visit to a queue ``ago`` minutes before now, by a call of :data:`NUMBER`; the call's id."""
    linkedid = linkedid or add_call(store, ago=ago + 0.5)
    add_visit(store, linkedid, joined_at=NOW - timedelta(minutes=ago), outcome=outcome, **given)  # type: ignore[arg-type]
    return linkedid


def standing(store: Store, *, number: str | None = NUMBER, queue: str = QUEUE, call: str = "") -> Standing:
    facts = CallFacts(
        ulid=call or ulid(), instance="1022", city="da-nang", caller_raw=number or "", caller_number=number,
        caller_name="", called="1022", uniqueid="1.1", linkedid="1.1", notice_version="1", trial=False, started_at=NOW,
    )  # fmt: skip
    with store.reading() as session:
        return find_standing(session, facts, queue, NOW)


def tried(store: Store, *, ago: float, outcome: CallOutcome, number: str = NUMBER) -> None:
    name = ulid()
    with store.transaction() as session:
        person = Person(username=f"lan-{name}", name="Lan", role=Role.OPERATOR, password_hash="none", created_at=NOW)
        session.add(person)
        session.add(CallBack(ulid=name, number=number, city="da-nang"))
        session.flush()
        moment = NOW - timedelta(minutes=ago)
        session.add(CallBackTry(ulid=name, person_id=person.id, at=moment, outcome=outcome))


def test_of_a_first_call_nothing_is_known(store: Store) -> None:
    assert standing(store) == Standing()


@pytest.mark.parametrize("outcome", [Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.CALL_BACK])
def test_who_waited_in_vain_within_a_day_calls_again(store: Store, outcome: Outcome) -> None:
    visit(store, ago=23 * 60, outcome=outcome)
    assert standing(store).repeat
    assert not standing(store, number=OTHER).repeat
    assert not standing(store, number=None).repeat, "withheld numbers are not one caller"


@pytest.mark.parametrize(
    "given",
    [
        {"ago": 25 * 60, "outcome": Outcome.ABANDONED},
        {"ago": 10, "outcome": Outcome.ABANDONED, "waited": 4},  # dialled by mistake
        {"ago": 10, "outcome": Outcome.ANSWERED},
    ],
)
def test_who_does_not_call_again(store: Store, given: dict[str, object]) -> None:
    visit(store, **given)  # type: ignore[arg-type]
    assert standing(store) == Standing(handled=standing(store).handled)


def test_a_talk_settles_what_was_in_vain_before_and_not_what_is_after(store: Store) -> None:
    visit(store, ago=60, outcome=Outcome.ABANDONED)
    visit(store, ago=50, outcome=Outcome.ANSWERED)
    assert not standing(store).repeat
    visit(store, ago=5, outcome=Outcome.OVERFLOWED)
    assert standing(store).repeat


def test_what_the_call_itself_did_so_far_is_not_looked_at(store: Store) -> None:
    call = visit(store, ago=2, outcome=Outcome.OVERFLOWED)
    assert not standing(store, call=call).repeat


@pytest.mark.parametrize(
    ("outcome", "ago", "missed"),
    [
        (CallOutcome.NO_ANSWER, 30, True),
        (CallOutcome.ENGAGED, 30, True),
        (CallOutcome.REACHED, 30, False),
        (CallOutcome.REFUSED, 30, False),
        (CallOutcome.NO_ANSWER, 25 * 60, False),
    ],
)
def test_whom_we_called_in_vain(store: Store, outcome: CallOutcome, ago: float, missed: bool) -> None:
    tried(store, ago=ago, outcome=outcome)
    assert standing(store).called_back is missed
    assert not standing(store, number=OTHER).called_back


def test_who_has_talked_since_we_called_is_not_missed(store: Store) -> None:
    tried(store, ago=30, outcome=CallOutcome.NO_ANSWER)
    visit(store, ago=10, outcome=Outcome.ANSWERED)
    assert not standing(store).called_back


def test_the_last_call_that_we_made_counts(store: Store) -> None:
    tried(store, ago=60, outcome=CallOutcome.NO_ANSWER)
    tried(store, ago=30, outcome=CallOutcome.REACHED)
    assert not standing(store).called_back


def test_what_an_operator_had_with_the_calls_of_the_last_hour(store: Store) -> None:
    """Talk and hold, not the wait; of calls that are over, in this queue."""
    visit(store, ago=30, outcome=Outcome.ANSWERED, talk=120)
    visit(store, ago=90, outcome=Outcome.ANSWERED)
    visit(store, ago=20, outcome=Outcome.ANSWERED, queue="da-nang-thu-tuc")
    visit(store, ago=2, outcome=Outcome.ANSWERED, over=False)
    visit(store, ago=10, outcome=Outcome.ABANDONED)
    answered = NOW - timedelta(minutes=30) + timedelta(seconds=30)
    assert standing(store, number=None).handled == (Handled(answered_at=answered, took=timedelta(seconds=135)),)


def test_operators_who_rest_take_no_caller(store: Store) -> None:
    assert standing(store).on_duty is None
    with store.transaction() as session:
        for name, state in (("lan", OperatorState.TALKING), ("minh", OperatorState.PAUSED)):
            person = Person(username=name, name=name, role=Role.OPERATOR, password_hash="none", created_at=NOW)
            session.add(person)
            session.flush()
            operator = Operator(state=state, since=NOW, phone=name)
            work = AtWork(person_id=person.id, name=name, queues=None, may_answer=True, operator=operator)
            operators.store(session, "1022", [work], [])
    assert standing(store).on_duty == 1
    assert standing(store, number=None).on_duty == 1

"""What operators do about call-backs: one person a call, one call a person, three tries, what came of each."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from ivr.city.city import City
from ivr.model import CallOutcome, Kind, Person, Role
from ivr.services import call_back_acts, call_backs
from ivr.services.call_back_acts import CallBackRefused
from ivr.services.call_backs import CLAIM_LASTS, Owed
from ivr.store import Store
from ivr.testing.missed_calls import NOW, NUMBER, OTHER, ReadOwed, add_call, add_ticket


def no_city(_city_id: str) -> None:
    """A city whose files are faulty: any hour is one of the desk."""


@pytest.fixture
def people(store: Store) -> tuple[Person, Person]:
    """Two operators."""
    with store.transaction() as session:
        both = [
            Person(username=name, name=name.title(), role=Role.OPERATOR, password_hash="", created_at=NOW)
            for name in ("lan", "minh")
        ]
        session.add_all(both)
    return both[0], both[1]


def act(store: Store, work: Callable[[Session], object]) -> object:
    with store.transaction() as session:
        return work(session)


def claim(store: Store, found: Owed, person: Person, now: datetime = NOW) -> None:
    act(store, lambda session: call_back_acts.claim(session, found, person, now))


def settle(
    store: Store, found: Owed, person: Person, outcome: CallOutcome, now: datetime = NOW, note: str = ""
) -> None:
    act(store, lambda session: call_back_acts.record(session, found.ulid, person, outcome, note, now, city_of=no_city))


def test_only_one_person_calls(store: Store, owed: ReadOwed, people: tuple[Person, Person]) -> None:
    lan, minh = people
    add_call(store, ago=10)
    (found,) = owed()
    claim(store, found, lan)
    claim(store, found, lan)  # a double click is one act
    with pytest.raises(CallBackRefused, match="Lan"):
        claim(store, found, minh)
    (found,) = owed()
    holder = found.claimed_by(NOW)
    assert holder is not None
    assert holder.id == lan.id
    assert found.claimed_by(NOW + CLAIM_LASTS + timedelta(seconds=1)) is None
    claim(store, found, minh, NOW + CLAIM_LASTS + timedelta(minutes=1))
    with pytest.raises(CallBackRefused):
        settle(store, found, lan, CallOutcome.REACHED)


def test_a_person_calls_one_at_a_time(store: Store, owed: ReadOwed, people: tuple[Person, Person]) -> None:
    lan, _minh = people
    add_call(store, ago=10)
    add_call(store, ago=9, number=OTHER)
    first, second = owed()
    claim(store, first, lan)
    with pytest.raises(CallBackRefused, match="một cuộc gọi lại khác"):
        claim(store, second, lan)
    act(store, lambda session: call_back_acts.release(session, first.ulid, lan, NOW))
    claim(store, second, lan)


@pytest.mark.parametrize("outcome", [CallOutcome.REACHED, CallOutcome.WRONG_NUMBER, CallOutcome.REFUSED])
def test_what_is_settled_is_off_the_list_and_a_later_call_is_a_new_one(
    store: Store, owed: ReadOwed, people: tuple[Person, Person], outcome: CallOutcome
) -> None:
    add_call(store, ago=30)
    add_call(store, ago=10)
    (found,) = owed()
    claim(store, found, people[0])
    settle(store, found, people[0], outcome, note="  hẹn chiều\n ")
    assert owed() == []
    again = add_call(store, ago=-5)
    (found,) = owed(NOW + timedelta(minutes=20))
    assert (found.ulid, found.calls, found.in_vain) == (again, 1, [])


def test_who_was_called_as_asked_and_calls_again_in_vain_is_owed_a_call(
    store: Store, owed: ReadOwed, people: tuple[Person, Person]
) -> None:
    """The ticket that asked for it may stay open for other work."""
    add_ticket(store, None, kind=Kind.GOI_LAI, contact_number=NUMBER)
    (found,) = owed()
    claim(store, found, people[0])
    settle(store, found, people[0], CallOutcome.REACHED)
    assert owed() == []
    again = add_call(store, ago=-5)
    assert [each.ulid for each in owed(NOW + timedelta(minutes=20))] == [again]


def test_three_calls_in_vain_at_different_hours_are_enough(
    store: Store, owed: ReadOwed, people: tuple[Person, Person]
) -> None:
    lan, _minh = people
    add_call(store, ago=10)
    now = NOW
    for number in range(1, 4):
        (found,) = owed(now)
        claim(store, found, lan, now)
        settle(store, found, lan, CallOutcome.NO_ANSWER, now)
        if number < 3:
            (found,) = owed(now)
            assert len(found.in_vain) == number
            assert found.waits_until(now) == now + timedelta(hours=1)
            with pytest.raises(CallBackRefused, match="giờ khác"):
                claim(store, found, lan, now + timedelta(minutes=59))
            now += timedelta(hours=1)
    assert owed(now) == []


def test_the_next_try_is_in_the_hours_of_the_desk(
    store: Store, owed: ReadOwed, people: tuple[Person, Person], da_nang: City
) -> None:
    evening = NOW.replace(hour=17, minute=0)
    add_call(store, ago=10)
    (found,) = owed(evening)
    claim(store, found, people[0], evening)
    no_answer = CallOutcome.NO_ANSWER
    act(
        store,
        lambda session: call_back_acts.record(
            session, found.ulid, people[0], no_answer, "", evening, city_of={da_nang.id: da_nang}.get
        ),
    )
    assert owed(evening)[0].waits_until(evening) == NOW.replace(hour=8, minute=0) + timedelta(days=1)


def test_who_waits_for_another_try_stands_behind_those_who_are_due(
    store: Store, owed: ReadOwed, people: tuple[Person, Person]
) -> None:
    add_call(store, ago=59)
    add_call(store, ago=5, number=OTHER)
    first = owed()[0]
    assert first.number == NUMBER
    claim(store, first, people[0])
    settle(store, first, people[0], CallOutcome.NO_ANSWER)
    assert [found.number for found in owed()] == [OTHER, NUMBER]


def test_calls_that_were_made_are_listed_newest_first(
    store: Store, owed: ReadOwed, people: tuple[Person, Person]
) -> None:
    lan, _minh = people
    add_call(store, ago=10)
    (found,) = owed()
    claim(store, found, lan)
    settle(store, found, lan, CallOutcome.ENGAGED, note="máy bận")
    (found,) = owed(NOW + timedelta(minutes=11))
    claim(store, found, lan, NOW + timedelta(minutes=11))
    settle(store, found, lan, CallOutcome.REACHED, NOW + timedelta(minutes=12))
    with store.reading() as session:
        made = call_backs.find_tries(session, lan, NOW - timedelta(days=1))
    assert [(each.call.outcome, each.call.note, each.number, each.settled) for each in made] == [
        (CallOutcome.REACHED, "", NUMBER, True),
        (CallOutcome.ENGAGED, "máy bận", NUMBER, False),
    ]


def test_what_was_settled_by_mistake_is_opened_again(
    store: Store, owed: ReadOwed, people: tuple[Person, Person]
) -> None:
    lan, minh = people
    call = add_call(store, ago=10)
    with pytest.raises(CallBackRefused, match="chưa xong"):
        act(store, lambda session: call_back_acts.reopen(session, call, lan, NOW))
    (found,) = owed()
    claim(store, found, lan)
    settle(store, found, lan, CallOutcome.REACHED)
    with pytest.raises(CallBackRefused, match="trưởng ca"):
        act(store, lambda session: call_back_acts.reopen(session, call, minh, NOW))
    act(store, lambda session: call_back_acts.reopen(session, call, lan, NOW))
    (again,) = owed()
    assert (again.ulid, again.in_vain) == (call, [])
    for number in range(1, 4):  # the mistake is none of the three in vain
        now = NOW + number * timedelta(hours=1)
        (again,) = owed(now)
        claim(store, again, minh, now)
        settle(store, again, minh, CallOutcome.NO_ANSWER, now)
    assert owed(now) == []


def test_the_outcome_is_recorded_when_the_citizen_reached_us_meanwhile(
    store: Store, owed: ReadOwed, people: tuple[Person, Person]
) -> None:
    add_call(store, ago=10)
    (found,) = owed()
    claim(store, found, people[0])
    add_ticket(store, add_call(store, ago=1))
    assert owed() == []
    settle(store, found, people[0], CallOutcome.NO_ANSWER)
    assert owed() == []


def test_a_note_that_is_too_long_is_refused(store: Store, owed: ReadOwed, people: tuple[Person, Person]) -> None:
    add_call(store, ago=10)
    (found,) = owed()
    claim(store, found, people[0])
    with pytest.raises(CallBackRefused, match="1000"):
        settle(store, found, people[0], CallOutcome.REACHED, note="x" * 1001)
    assert len(owed()) == 1

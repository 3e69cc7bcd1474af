"""Whom the desk owes a call, why, and until when."""

from datetime import timedelta

import pytest

from ivr.callcentre.segments import Direction, SegmentKind
from ivr.model import CallBackOrigin, EndReason, Kind, LineCall, LineSegment, State
from ivr.model.calls import promised
from ivr.services.call_backs import LOOKED_BACK
from ivr.store import Store
from ivr.testing.missed_calls import NOW, NUMBER, OTHER, ReadOwed, add_call, add_ticket


def test_who_left_in_the_menu_is_owed_a_call_in_the_hours_of_the_desk(store: Store, owed: ReadOwed) -> None:
    call = add_call(store, ago=10)
    (found,) = owed()
    assert (found.ulid, found.number, found.origin, found.calls) == (call, NUMBER, CallBackOrigin.MENU, 1)
    assert found.due == NOW - timedelta(minutes=10) + timedelta(hours=1)


def test_who_called_at_night_is_called_in_the_morning(store: Store, owed: ReadOwed) -> None:
    add_call(store, ago=12 * 60)  # 22:00 of the evening before
    (found,) = owed()
    assert found.origin is CallBackOrigin.AFTER_HOURS
    assert found.due == NOW.replace(hour=8, minute=30)  # the desk opens at 07:30


@pytest.mark.parametrize(
    "given",
    [
        {"seconds": 9},  # a wrong number, or a second thought
        {"number": None},
        {"trial": True},
        {"reason": None},  # goes on
        {"reason": EndReason.CONNECTED},
        {"reason": EndReason.COMPLETED},
        {"steps": ("say", "menu", "ring:answered"), "reason": EndReason.COMPLETED},  # the person hung up
        {"steps": ("menu", f"ring:{promised(3)}; answered"), "reason": EndReason.COMPLETED},
        {"steps": ("say", "menu", "status")},  # heard what it was about
        {"steps": ("say", "menu", "announcements")},
        {"ago": LOOKED_BACK / timedelta(minutes=1) + 1},
    ],
)
def test_who_is_owed_none(store: Store, owed: ReadOwed, given: dict[str, object]) -> None:
    add_call(store, **{"ago": 10, **given})  # type: ignore[arg-type]
    assert owed() == []


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({"reason": EndReason.FAILED, "seconds": 3}, CallBackOrigin.CUT),
        ({"reason": EndReason.INTERRUPTED}, CallBackOrigin.CUT),
        ({"steps": ("say", "menu", "ring")}, CallBackOrigin.RANG),
        ({"steps": ("say", "menu", "ring"), "reason": EndReason.COMPLETED}, CallBackOrigin.RANG),
        ({"steps": ("say", "menu", "ring:unanswered"), "reason": EndReason.COMPLETED}, CallBackOrigin.RANG),
        ({"steps": ("menu", f"ring:{promised(3)}; unanswered"), "reason": EndReason.COMPLETED}, CallBackOrigin.RANG),
    ],
)
def test_why(store: Store, owed: ReadOwed, given: dict[str, object], origin: CallBackOrigin) -> None:
    add_call(store, **{"ago": 10, **given})  # type: ignore[arg-type]
    (found,) = owed()
    assert found.origin is origin


def test_who_was_cut_off_comes_first_then_the_earliest_promise(store: Store, owed: ReadOwed) -> None:
    add_call(store, ago=50, number="+84900000001")
    add_call(store, ago=20, number="+84900000002", steps=("menu", "ring"))
    add_call(store, ago=1, number="+84900000003", reason=EndReason.FAILED)
    assert [found.origin for found in owed()] == [CallBackOrigin.CUT, CallBackOrigin.MENU, CallBackOrigin.RANG]


def test_several_calls_of_a_number_are_one_and_the_first_says_since_when(store: Store, owed: ReadOwed) -> None:
    first = add_call(store, ago=30)
    last = add_call(store, ago=5)
    add_call(store, ago=4, number=OTHER)
    mine = next(found for found in owed() if found.number == NUMBER)
    assert (mine.ulid, mine.call_id, mine.calls) == (first, last, 2)
    assert mine.since == NOW - timedelta(minutes=30)


@pytest.mark.parametrize("how", ["report", "talk", "connected"])
def test_who_reached_us_meanwhile_is_off_the_list(store: Store, owed: ReadOwed, how: str) -> None:
    add_call(store, ago=30)
    later = add_call(store, ago=20, reason=EndReason.CONNECTED if how == "connected" else EndReason.HUNG_UP)
    if how == "report":
        add_ticket(store, later)
    if how == "talk":
        at = NOW - timedelta(minutes=20)
        with store.transaction() as session:
            session.add(
                LineCall(
                    instance="1022", linkedid=later, direction=Direction.INBOUND, began_at=at, live=False, events=[]
                )
            )
            session.flush()
            session.add(
                LineSegment(
                    instance="1022", linkedid=later, seq=0, kind=SegmentKind.TALK, began_at=at, ended_at=at, phones=[]
                )
            )
    assert owed() == []
    again = add_call(store, ago=2)
    assert [found.ulid for found in owed()] == [again]


def test_who_asked_for_a_call_is_on_the_list_from_the_first_start_on(store: Store, owed: ReadOwed) -> None:
    call = add_call(store, ago=10, steps=("menu", "callback"), reason=EndReason.COMPLETED)
    asked = add_ticket(store, call, kind=Kind.GOI_LAI, due_at=NOW + timedelta(hours=3))
    add_ticket(store, None, kind=Kind.GOI_LAI, contact_number=OTHER)
    add_ticket(store, None, kind=Kind.GOI_LAI)  # by whom? no number
    add_ticket(store, None, kind=Kind.GOI_LAI, contact_number="+84900000009", state=State.DA_TRA_LOI)
    found = {each.number: each for each in owed()}
    assert set(found) == {NUMBER, OTHER}
    assert found[NUMBER].ulid == asked
    assert found[NUMBER].due == NOW + timedelta(hours=3)
    assert found[OTHER].due == NOW + timedelta(hours=2)
    assert all(each.origin is CallBackOrigin.ASKED for each in found.values())


def test_who_asked_and_calls_again_in_vain_is_one(store: Store, owed: ReadOwed) -> None:
    add_ticket(store, None, kind=Kind.GOI_LAI, contact_number=NUMBER)
    add_call(store, ago=5)
    assert [found.origin for found in owed()] == [CallBackOrigin.ASKED]

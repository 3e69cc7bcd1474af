"""In which order lists stand, and the filters that people set at the desk; the same on both databases."""

from datetime import datetime, timedelta

import pytest

from ivr.model import Person, Recording, State, Ticket
from ivr.services import listing
from ivr.services.calls import record_call
from ivr.services.list_filters import Order, TicketFilter
from ivr.services.listing import CallFilter
from ivr.services.repeats import Repeats
from ivr.store import Store
from ivr.testing.spool import make_journal


@pytest.fixture
def tickets(store: Store, now: datetime) -> None:
    """Spoken an hour apart, the first the oldest: due at, state, whether urgent."""
    hour = timedelta(hours=1)
    rows = (
        ("none due", None, State.DANG_XU_LY, False),
        ("due soon", now + 2 * hour, State.DA_TIEP_NHAN, False),
        ("late by five", now - 5 * hour, State.DA_CHUYEN, False),
        ("late by one", now - hour, State.MOI, True),
        ("paused", now - 9 * hour, State.CHO_BO_SUNG, False),
        ("late by two", now - 2 * hour, State.MOI, False),
    )
    with store.transaction() as session:
        for number, (content, due_at, state, urgent) in enumerate(rows):
            at = now - (10 - number) * hour
            ulid = f"01K5LIST00000000000000000{number}"
            session.add(
                Ticket(
                    ulid=ulid, city="da-nang", state=state, urgent=urgent, content=content, due_at=due_at,
                    created_at=at, filed_at=at, agency="so-xay-dung" if number < 2 else None,
                    flags=["silent", "hung_up"] if number == 2 else ["short"] if number == 3 else [],
                )
            )  # fmt: skip
            if number != 5:
                session.add(
                    Recording(
                        id=ulid, ulid=ulid, take=1, key=ulid, seconds=5.0 * (number + 1), size=1, sha256="0",
                        created_at=at,
                    )
                )  # fmt: skip


def listed(store: Store, order: Order = Order.OLDEST, **wanted: object) -> list[str]:
    with store.reading() as session:
        found = listing.tickets(session, TicketFilter(**wanted), viewer=None, order=order)  # type: ignore[arg-type]
        return [row.content for row in found.rows]


@pytest.mark.usefixtures("tickets")
def test_orders(store: Store, now: datetime) -> None:
    oldest = ["none due", "due soon", "late by five", "late by one", "paused", "late by two"]
    assert listed(store) == oldest
    assert listed(store, Order.NEWEST) == oldest[::-1]
    assert listed(store, Order.URGENT) == [
        "late by one",
        "late by two",
        "paused",
        "late by five",
        "due soon",
        "none due",
    ]
    worst = ["late by five", "late by two", "late by one", "due soon", "none due", "paused"]
    assert listed(store, Order.WORST) == worst
    assert listed(store, Order.WORST, overdue_at=now) == worst[:3]
    with store.reading() as session:
        pages = [
            listing.tickets(session, viewer=None, order=Order.WORST, page=page, size=2).rows for page in (1, 2, 3, 4)
        ]
    assert [row.content for page in pages for row in page] == worst


@pytest.mark.usefixtures("tickets")
def test_filters_of_the_desk(store: Store, operator: Person) -> None:
    with store.transaction() as session:
        session.query(Ticket).filter(Ticket.content == "paused").one().assignee_id = operator.id
    assert listed(store, agency="so-xay-dung") == ["none due", "due soon"]
    assert listed(store, is_held=True) == ["paused"]
    assert "paused" not in listed(store, is_held=False)
    assert listed(store, flag="any") == ["late by five", "late by one"]
    assert listed(store, flag="silent") == ["late by five"]
    assert listed(store, flag="sil_nt") == []
    assert listed(store, most_seconds=10.0) == ["none due"]
    assert listed(store, least_seconds=10.0, most_seconds=20.0) == ["due soon", "late by five"]
    assert listed(store, least_seconds=20.0) == ["late by one", "paused"]


def test_several_calls_of_one_number_say_so_from_the_first_to_the_last(store: Store, now: datetime) -> None:
    minute = timedelta(minutes=1)
    began = [(number, "+84905123456") for number in (0, 2, 4, 30)] + [(1, "+84914777888"), (3, None), (5, None)]
    with store.transaction() as session:
        for number, (minutes, caller) in enumerate(began):
            at = now + minutes * minute
            ulid = f"01K5CALLS0000000000000000{number}"
            record_call(
                session,
                make_journal(ulid=ulid, instance="1022", city="da-nang", caller_number=caller, started_at=at),
                at,
            )
            session.add(
                Ticket(ulid=ulid, call_id=ulid, city="da-nang", content=str(minutes), created_at=at, filed_at=at)
            )
    marked = Repeats(calls=3, within=10 * minute)
    with store.reading() as session:
        calls = listing.calls(session, CallFilter(), viewer=None, marked=marked).rows
        assert [call.several for call in calls] == [0, 0, 3, 0, 3, 0, 3]
        tickets = listing.tickets(session, viewer=None, order=Order.OLDEST, marked=marked).rows
        assert {ticket.content: ticket.several for ticket in tickets if ticket.several} == {"0": 3, "2": 3, "4": 3}
        few = Repeats(calls=4, within=10 * minute)
        assert {call.several for call in listing.calls(session, viewer=None, marked=few).rows} == {0}
        assert {call.several for call in listing.calls(session, viewer=None).rows} == {0}

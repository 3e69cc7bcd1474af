"""The table of moves: exactly its steps, each with what it needs, and what follows from it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ivr.model import CLOSED, MOVES, EventKind, Person, Refusal, State, Ticket
from ivr.model.moves import Move, Need, find_move, find_usual
from ivr.services import casework, outbox
from ivr.services.errors import MoveRefused, Stale
from ivr.store import Store


def test_the_table_of_moves_is_whole() -> None:
    assert set(MOVES) == set(State)
    assert all(find_move(state, State.MO_LAI) for state in CLOSED)
    reached = {move.to for moves in MOVES.values() for move in moves}
    assert reached | {State.MOI} == set(State)
    for state, moves in MOVES.items():
        assert len({move.to for move in moves}) == len(moves)
        usual = [move.to for move in moves if move.usual]
        assert usual == ([] if state in CLOSED else [moves[0].to])
        assert find_usual(state) == (moves[0].to if usual else None)


def test_what_a_move_needs_is_the_same_from_wherever_it_comes() -> None:
    needs = {move.to: move.needs for moves in MOVES.values() for move in moves}
    assert all(move.needs == needs[move.to] for moves in MOVES.values() for move in moves)
    assert {to: set(needed) for to, needed in needs.items() if needed} == {
        State.CHO_BO_SUNG: {Need.REASON},
        State.DA_CHUYEN: {Need.AGENCY},
        State.CHUYEN_TRA: {Need.REASON},
        State.DA_TRA_LOI: {Need.REASON},
        State.MO_LAI: {Need.REASON},
        State.TU_CHOI: {Need.REASON, Need.REFUSAL},
        State.TRUNG: {Need.DUPLICATE},
    }


@pytest.mark.parametrize("before", State)
def test_exactly_the_moves_of_the_table(
    store: Store, ticket_id: int, supervisor: Person, now: datetime, before: State
) -> None:
    with store.transaction() as session:
        other = Ticket(ulid="other", city="da-nang", created_at=now, filed_at=now)
        session.add(other)
        session.flush()
        ticket = session.get_one(Ticket, ticket_id)
        ticket.publish = True
        for to in State:
            ticket.state = before
            session.flush()

            def go(to: State = to) -> Ticket:
                return casework.move(
                    session,
                    ticket_id,
                    to,
                    supervisor,
                    "vì thế",
                    ticket.version,
                    now,
                    refusal=Refusal.QUAY_ROI,
                    duplicate_of=other.id,
                    agency="so-xay-dung",
                )

            if find_move(before, to):
                assert casework.get_move(before, to).to is to
                assert go().state is to
                assert (ticket.closed_at is not None) == (to in CLOSED)
                assert (ticket.refusal is not None, ticket.duplicate_of is not None) == (
                    to is State.TU_CHOI,
                    to is State.TRUNG,
                )
            else:
                with pytest.raises(MoveRefused) as caught:
                    go()
                assert (caught.value.before, caught.value.to) == (before, to)


def test_the_clock_stops_when_the_matter_is_done_and_runs_on_when_it_is_reopened(
    store: Store, ticket_id: int, supervisor: Person, now: datetime
) -> None:
    path = [
        (State.DA_TIEP_NHAN, None),
        (State.CHO_BO_SUNG, None),  # paused is not stopped
        (State.DA_TIEP_NHAN, None),
        (State.DANG_XU_LY, None),
        (State.DA_XU_LY, 5),
        (State.DANG_XU_LY, None),  # not confirmed
        (State.DA_XU_LY, 7),
        (State.DA_TRA_LOI, 7),  # judged when it was done, not when it was confirmed
        (State.MO_LAI, None),
        (State.DA_TIEP_NHAN, None),
        (State.DA_TRA_LOI, 11),  # answered on the spot
        (State.CONG_KHAI, 11),
    ]
    with store.transaction() as session:
        for hour, (to, stopped) in enumerate(path, start=1):
            ticket = session.get_one(Ticket, ticket_id)
            ticket.publish, version = True, ticket.version
            moved = casework.move(session, ticket_id, to, supervisor, "lý do", version, now + timedelta(hours=hour))
            assert moved.resolved_at == (None if stopped is None else now + timedelta(hours=stopped)), to


def test_a_move_is_an_event_and_told(store: Store, ticket_id: int, operator: Person, now: datetime) -> None:
    with store.transaction() as session:
        casework.move(session, ticket_id, State.DA_TIEP_NHAN, operator, "đã nghe", 1, now)
    with store.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        event = ticket.events[-1]
        assert (event.kind, event.from_state, event.to_state) == (EventKind.MOVED, State.MOI, State.DA_TIEP_NHAN)
        assert (event.person and event.person.username, event.text, ticket.version) == ("lan", "đã nghe", 2)
        told = outbox.read(session, 0)[-1]
        assert (told.topic, told.subject, told.data["state"]) == ("ticket.changed", ticket.ulid, "da_tiep_nhan")


@pytest.mark.parametrize(
    ("before", "move"), [(before, move) for before, moves in MOVES.items() for move in moves if move.needs]
)
def test_a_move_without_what_it_needs_is_refused(
    store: Store, ticket_id: int, operator: Person, now: datetime, before: State, move: Move
) -> None:
    with store.transaction() as session:
        other = Ticket(ulid="other", city="da-nang", created_at=now, filed_at=now)
        session.add(other)
        session.get_one(Ticket, ticket_id).state = before
        session.flush()
        given: dict[str, Any] = {"refusal": Refusal.QUAY_ROI, "duplicate_of": other.id, "agency": "so-xay-dung"}
        names = {Need.REFUSAL: "refusal", Need.DUPLICATE: "duplicate_of", Need.AGENCY: "agency"}
        for need in move.needs:
            less = {name: value for name, value in given.items() if name != names.get(need)}
            reason = " vì " if need is Need.REASON else "vì thế"
            with pytest.raises(MoveRefused) as caught:
                casework.move(session, ticket_id, move.to, operator, reason, 1, now, **less)
            assert caught.value.why
        assert session.get_one(Ticket, ticket_id).state is before
        assert casework.move(session, ticket_id, move.to, operator, "vì thế", 1, now, **given).state is move.to


def test_a_ticket_that_stands_already_is_another_one(
    store: Store, ticket_id: int, operator: Person, now: datetime
) -> None:
    with store.transaction() as session:
        pointing_back = Ticket(ulid="back", city="da-nang", created_at=now, filed_at=now, duplicate_of=ticket_id)
        session.add(pointing_back)
        session.flush()
        for duplicate in (ticket_id, 999, pointing_back.id):
            with pytest.raises(MoveRefused) as caught:
                casework.move(session, ticket_id, State.TRUNG, operator, "", 1, now, duplicate_of=duplicate)
            assert caught.value.why


def test_sending_names_the_agency_in_the_same_act(
    store: Store, ticket_id: int, operator: Person, now: datetime
) -> None:
    with store.transaction() as session:
        casework.take(session, ticket_id, operator, 1, now)
        version = session.get_one(Ticket, ticket_id).version
        casework.move(session, ticket_id, State.DA_CHUYEN, operator, "", version, now, agency="so-xay-dung")
    with store.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert (ticket.agency, ticket.state) == ("so-xay-dung", State.DA_CHUYEN)
        assert [event.data for event in ticket.events[-2:]] == [{"agency": [None, "so-xay-dung"]}, {}]
    with store.transaction() as session:  # the agency it has keeps it
        version = ticket.version
        for to, agency in [(State.CHUYEN_TRA, None), (State.DA_CHUYEN, None), (State.CHUYEN_TRA, "so-y-te")]:
            moved = casework.move(session, ticket_id, to, operator, "vì thế", version, now, agency=agency)
            version = moved.version
            assert moved.agency == "so-xay-dung"


def test_taking_is_one_act_that_accepts_what_is_new(
    store: Store, ticket_id: int, operator: Person, supervisor: Person, now: datetime
) -> None:
    with store.transaction() as session:
        taken = casework.take(session, ticket_id, operator, 1, now)
        assert (taken.state, taken.assignee_id) == (State.DA_TIEP_NHAN, operator.id)
        assert [event.kind for event in taken.events[1:]] == [EventKind.CHANGED, EventKind.MOVED]
        casework.move(session, ticket_id, State.CHO_BO_SUNG, operator, "hỏi lại", taken.version, now)
        version = taken.version
    with pytest.raises(Stale), store.transaction() as session:
        casework.take(session, ticket_id, supervisor, version - 1, now)
    with store.transaction() as session:
        over = casework.take(session, ticket_id, supervisor, version, now)
        assert (over.state, over.assignee_id) == (State.CHO_BO_SUNG, supervisor.id)

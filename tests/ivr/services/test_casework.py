"""Moves, notes, changes and corrections: each an event, none over somebody else's."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from ivr.jobs import queue
from ivr.model import CLOSED, MOVES, EventKind, Kind, Person, RecordingFlag, Refusal, Role, State, Ticket, Transcript
from ivr.model.moves import Move, Need, find_move, find_usual
from ivr.recordings import FiledAudio
from ivr.services import casework, intake, outbox
from ivr.services.errors import MoveRefused, NotAllowed, NotFound, Stale
from ivr.services.transcribing import TRANSCRIBE
from ivr.services.transcripts import HeardText, store_transcript
from ivr.spool import Sidecar
from ivr.store import Store
from ivr.testing.jobs import claim

HEARD = HeardText(
    raw_text="đường nguyễn trãi bị ngập",
    tidy_text="Đường Nguyễn Trãi bị ngập",
    words=[{"text": "đường", "start": 0.1, "end": 0.4, "confidence": 0.9}],
    confidence=0.9,
    model="starter",
    model_version="1",
    starter=True,
    audio_seconds=12.5,
    decode_seconds=2.5,
)


@pytest.fixture
def ticket_id(store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime) -> int:
    """The usual report, filed."""
    with store.transaction() as session:
        return intake.file_report(session, sidecar, audio, now).ticket_id


@pytest.fixture
def transcribed(store: Store, ticket_id: int, sidecar: Sidecar, now: datetime) -> str:
    """The report's recording, heard."""
    claimed = claim(store, TRANSCRIBE, "w", now)
    assert claimed is not None
    with store.transaction() as session:
        store_transcript(session, sidecar.ulid, HEARD, [1, 100], [RecordingFlag.CLIPPED], now)
        queue.finish(session, claimed, now)
    return sidecar.ulid


def test_a_transcript_shows_in_its_ticket(store: Store, ticket_id: int, transcribed: str, now: datetime) -> None:
    with store.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert (ticket.content, ticket.flags) == ("Đường Nguyễn Trãi bị ngập", ["clipped"])
        assert ticket.folded == "260042174 duong nguyen trai bi ngap"
        assert [event.kind for event in ticket.events] == [EventKind.FILED, EventKind.TRANSCRIBED]
        transcript = session.get_one(Transcript, transcribed)
        assert (transcript.recording.peaks, transcript.raw_text) == ([1, 100], HEARD.raw_text)
        assert queue.backlog(session, TRANSCRIBE, now).waiting == 0
        assert [row.topic for row in outbox.read(session, 0)][-1] == outbox.TRANSCRIPT_READY


def test_raw_text_that_stands_is_never_changed(store: Store, transcribed: str, now: datetime) -> None:
    with store.transaction() as session:
        other = HeardText(**{**HEARD.__dict__, "raw_text": "khác", "tidy_text": "Khác"})
        store_transcript(session, transcribed, other, [], [], now)
        assert session.get_one(Transcript, transcribed).text == "Đường Nguyễn Trãi bị ngập"
        with pytest.raises(NotFound):
            store_transcript(session, "none", other, [], [], now)


def test_a_correction_stands_over_the_raw_text(
    store: Store, ticket_id: int, transcribed: str, operator: Person, supervisor: Person, now: datetime
) -> None:
    with store.transaction() as session:
        casework.correct_transcript(session, transcribed, " Đường Nguyễn Tri Phương\nngập ", operator, 1, now)
    with pytest.raises(Stale) as caught, store.transaction() as session:
        casework.correct_transcript(session, transcribed, "khác", supervisor, 1, now)
    assert (caught.value.who, caught.value.at) == (operator.name, now)
    with store.reading() as session:
        transcript = session.get_one(Transcript, transcribed)
        assert (transcript.text, transcript.raw_text) == ("Đường Nguyễn Tri Phương\nngập", HEARD.raw_text)
        ticket = session.get_one(Ticket, ticket_id)
        assert "nguyen tri phuong" in ticket.folded
        assert ticket.events[-1].data["before"] == HEARD.tidy_text


def test_a_text_nobody_heard_cannot_be_corrected(store: Store, ticket_id: int, operator: Person, now: datetime) -> None:
    with pytest.raises(NotFound), store.transaction() as session:
        casework.correct_transcript(session, "none", "x", operator, 1, now)


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
    store: Store, ticket_id: int, operator: Person, now: datetime, before: State
) -> None:
    with store.transaction() as session:
        other = Ticket(ulid="other", city="da-nang", created_at=now, filed_at=now)
        session.add(other)
        session.flush()
        ticket = session.get_one(Ticket, ticket_id)
        for to in State:
            ticket.state = before
            session.flush()

            def go(to: State = to) -> Ticket:
                return casework.move(
                    session,
                    ticket_id,
                    to,
                    operator,
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
    store: Store, ticket_id: int, operator: Person, now: datetime
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
            version = session.get_one(Ticket, ticket_id).version
            moved = casework.move(session, ticket_id, to, operator, "lý do", version, now + timedelta(hours=hour))
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


def test_who_was_faster_is_named(
    store: Store, ticket_id: int, operator: Person, supervisor: Person, now: datetime
) -> None:
    with store.transaction() as session:
        casework.change(session, ticket_id, supervisor, 1, now, urgent=True)
        casework.note(session, ticket_id, "đã gọi", operator, now + timedelta(seconds=5))
    with pytest.raises(Stale, match="Hoa") as caught, store.transaction() as session:
        casework.move(session, ticket_id, State.DA_TIEP_NHAN, operator, "", 1, now)
    assert (caught.value.who, caught.value.at) == ("Hoa", now)


def test_a_note_collides_with_nothing(store: Store, ticket_id: int, operator: Person, now: datetime) -> None:
    with store.transaction() as session:
        ticket = casework.note(session, ticket_id, "dòng một\ndòng hai\x00", operator, now)
        assert ticket.version == 1
        assert ticket.events[-1].text == "dòng một\ndòng hai"


def test_only_what_differs_is_a_change(store: Store, ticket_id: int, operator: Person, now: datetime) -> None:
    with store.transaction() as session:
        same = casework.change(session, ticket_id, operator, 1, now, category="ha-tang", kind=Kind.PHAN_ANH)
        assert (same.version, len(same.events)) == (1, 1)
        due = now + timedelta(hours=8)
        changed = casework.change(
            session,
            ticket_id,
            operator,
            1,
            now,
            category=None,
            kind=Kind.GOP_Y,
            agency="so-xd",
            assignee=operator.id,
            due_at=due,
            reason="nghe lại",
        )
        assert (changed.category, changed.kind, changed.assignee_id, changed.due_at) == (
            None,
            Kind.GOP_Y,
            operator.id,
            due,
        )
    with store.reading() as session:
        data = session.get_one(Ticket, ticket_id).events[-1].data
        assert data["kind"] == ["phan_anh", "gop_y"]
        assert data["due_at"] == [None, due.isoformat()]


def test_operators_take_work_and_supervisors_give_it(
    store: Store, ticket_id: int, operator: Person, supervisor: Person, now: datetime
) -> None:
    with store.transaction() as session:
        with pytest.raises(NotAllowed):
            casework.change(session, ticket_id, operator, 1, now, assignee=supervisor.id)
        with pytest.raises(NotAllowed):
            casework.change(session, ticket_id, operator, 1, now, confidential=True)
        with pytest.raises(NotFound):
            casework.change(session, ticket_id, supervisor, 1, now, assignee=999)
        casework.change(session, ticket_id, supervisor, 1, now, assignee=supervisor.id)
        with pytest.raises(NotAllowed):  # it is somebody's already
            casework.change(session, ticket_id, operator, 2, now, assignee=operator.id)
        casework.change(session, ticket_id, supervisor, 2, now, assignee=operator.id, confidential=True)
        casework.change(session, ticket_id, operator, 3, now, assignee=None)
        with pytest.raises(NotAllowed):  # given away, and confidential
            casework.note(session, ticket_id, "x", operator, now)


def test_confidential_work_is_closed_to_other_operators(
    store: Store,
    ticket_id: int,
    transcribed: str,
    supervisor: Person,
    add_person: Callable[[str, Role], Person],
    now: datetime,
) -> None:
    other = add_person("mai", Role.OPERATOR)
    with store.transaction() as session:
        casework.change(session, ticket_id, supervisor, 1, now, confidential=True)
        with pytest.raises(NotAllowed):
            casework.move(session, ticket_id, State.DA_TIEP_NHAN, other, "", 2, now)
        with pytest.raises(NotAllowed):
            casework.correct_transcript(session, transcribed, "x", other, 1, now)
        casework.correct_transcript(session, transcribed, "x", supervisor, 1, now)


def test_no_such_ticket(store: Store, operator: Person, now: datetime) -> None:
    with pytest.raises(NotFound, match="999"), store.transaction() as session:
        casework.note(session, 999, "x", operator, now)

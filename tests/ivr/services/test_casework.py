"""Moves, notes, changes and corrections: each an event, none over somebody else's."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ivr.jobs import queue
from ivr.model import EventKind, Kind, Person, RecordingFlag, Role, State, Ticket, Transcript
from ivr.services import casework, correcting, outbox
from ivr.services.errors import NotAllowed, NotFound, Stale
from ivr.services.transcribing import TRANSCRIBE
from ivr.services.transcripts import store_transcript
from ivr.store import Store
from ivr.testing.heard import heard_text

HEARD = heard_text("đường nguyễn trãi bị ngập", tidy_text="Đường Nguyễn Trãi bị ngập")


@pytest.fixture
def transcribed(ticket_id: int, hear_report: Callable[..., str]) -> str:
    """The report's recording, heard."""
    return hear_report(HEARD, RecordingFlag.CLIPPED)


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
        other = heard_text("khác")
        store_transcript(session, transcribed, other, [], [], now)
        assert session.get_one(Transcript, transcribed).text == "Đường Nguyễn Trãi bị ngập"
        with pytest.raises(NotFound):
            store_transcript(session, "none", other, [], [], now)


def test_a_correction_stands_over_the_raw_text(
    store: Store, ticket_id: int, transcribed: str, operator: Person, supervisor: Person, now: datetime
) -> None:
    with store.transaction() as session:
        correcting.correct_transcript(session, transcribed, " Đường Nguyễn Tri Phương\nngập ", operator, 1, now)
    with pytest.raises(Stale) as caught, store.transaction() as session:
        correcting.correct_transcript(session, transcribed, "khác", supervisor, 1, now)
    assert (caught.value.who, caught.value.at) == (operator.name, now)
    with store.reading() as session:
        transcript = session.get_one(Transcript, transcribed)
        assert (transcript.text, transcript.raw_text) == ("Đường Nguyễn Tri Phương\nngập", HEARD.raw_text)
        ticket = session.get_one(Ticket, ticket_id)
        assert "nguyen tri phuong" in ticket.folded
        assert ticket.events[-1].data["before"] == HEARD.tidy_text


def test_a_text_nobody_heard_cannot_be_corrected(store: Store, ticket_id: int, operator: Person, now: datetime) -> None:
    with pytest.raises(NotFound), store.transaction() as session:
        correcting.correct_transcript(session, "none", "x", operator, 1, now)


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
            correcting.correct_transcript(session, transcribed, "x", other, 1, now)
        correcting.correct_transcript(session, transcribed, "x", supervisor, 1, now)


def test_no_such_ticket(store: Store, operator: Person, now: datetime) -> None:
    with pytest.raises(NotFound, match="999"), store.transaction() as session:
        casework.note(session, 999, "x", operator, now)

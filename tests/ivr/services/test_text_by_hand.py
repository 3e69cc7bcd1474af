"""Where no text came a person writes it: theirs stays in force, whatever the recogniser does afterwards."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from ivr.jobs import queue
from ivr.model import EventKind, Person, Recording, RecordingFlag, Ticket, Transcript
from ivr.services import casework, correcting, listing
from ivr.services.errors import EmptyText, NotAllowed, NotFound, Stale
from ivr.services.metrics import find_rtf
from ivr.services.transcribing import TRANSCRIBE
from ivr.services.transcripts import HeardText, store_transcript
from ivr.spool import Sidecar
from ivr.store import Store
from ivr.testing.heard import heard_text
from ivr.testing.jobs import ScriptedHandler, claim

TEXT = "Cống trước nhà 15 Trần Phú bị tắc."
HEARD = heard_text("cống trước nhà mười lăm", tidy_text="Cống trước nhà 15", audio_seconds=10.0)
SILENCE = heard_text("")


@pytest.fixture
def ticket_id(store: Store, ticket_id: int, now: datetime) -> int:
    """The usual report, its text given up."""
    claimed = claim(store, TRANSCRIBE, "w", now)
    assert claimed is not None
    queue.fail(store, ScriptedHandler(tries=1), claimed, "MP3", now)
    return ticket_id


def write(store: Store, sidecar: Sidecar, person: Person, now: datetime, text: str = TEXT, version: int = 0) -> None:
    with store.transaction() as session:
        correcting.correct_transcript(session, sidecar.ulid, text, person, version, now)


def hear(store: Store, sidecar: Sidecar, heard: HeardText, now: datetime, *flags: RecordingFlag) -> None:
    with store.transaction() as session:
        store_transcript(session, sidecar.ulid, heard, [1, 100], flags, now)


def found_by(store: Store, person: Person, words: str) -> list[str]:
    with store.reading() as session:
        found = listing.tickets(session, listing.TicketFilter(query=words), viewer=person)
        return [row.ulid for row in found.rows]


def test_a_person_writes_what_no_machine_has_heard(
    store: Store, ticket_id: int, sidecar: Sidecar, operator: Person, now: datetime
) -> None:
    write(store, sidecar, operator, now)
    with store.reading() as session:
        transcript = session.get_one(Transcript, sidecar.ulid)
        assert (transcript.text, transcript.corrected_by, transcript.corrected_at) == (TEXT, operator.id, now)
        assert (transcript.version, transcript.is_heard) == (1, False)
        ticket = session.get_one(Ticket, ticket_id)
        assert ticket.content == TEXT
        event = ticket.events[-1]
        assert (event.kind, event.person_id, event.text) == (EventKind.CORRECTED, operator.id, TEXT)
        assert event.data == {"before": ""}
        assert find_rtf(session, now) is None  # no machine has worked
    assert found_by(store, operator, "tran phu") == [sidecar.ulid]


def test_a_retry_that_ends_later_stays_beside(
    store: Store, ticket_id: int, sidecar: Sidecar, operator: Person, now: datetime
) -> None:
    write(store, sidecar, operator, now)
    later = now + timedelta(minutes=5)
    hear(store, sidecar, HEARD, later, RecordingFlag.DOUBTFUL, RecordingFlag.CLIPPED)
    with store.reading() as session:
        transcript = session.get_one(Transcript, sidecar.ulid)
        assert (transcript.text, transcript.corrected_by, transcript.corrected_at) == (TEXT, operator.id, now)
        assert (transcript.raw_text, transcript.tidy_text, transcript.words) == (
            HEARD.raw_text,
            HEARD.tidy_text,
            HEARD.words,
        )
        assert (transcript.is_heard, transcript.version) == (True, 1)  # no page is stale for it
        ticket = session.get_one(Ticket, ticket_id)
        assert (ticket.content, ticket.flags) == (TEXT, ["clipped"])
        recording = session.get_one(Recording, sidecar.ulid)
        assert (recording.peaks, recording.flags) == ([1, 100], ["doubtful", "clipped"])
        assert find_rtf(session, later) == 0.25
    assert found_by(store, operator, "tran phu") == [sidecar.ulid]
    hear(store, sidecar, replace(HEARD, raw_text="khác"), later)  # a second result changes nothing
    with store.reading() as session:
        assert session.get_one(Transcript, sidecar.ulid).raw_text == HEARD.raw_text


def test_no_speech_by_mistake_is_settled_by_who_writes_what_was_said(
    store: Store, ticket_id: int, sidecar: Sidecar, operator: Person, now: datetime
) -> None:
    hear(store, sidecar, SILENCE, now, RecordingFlag.SILENT, RecordingFlag.CLIPPED)
    with store.reading() as session:
        assert session.get_one(Ticket, ticket_id).flags == ["silent", "clipped"]
    write(store, sidecar, operator, now, version=1)
    with store.reading() as session:
        assert session.get_one(Ticket, ticket_id).flags == ["clipped"]
        assert session.get_one(Recording, sidecar.ulid).flags == ["silent", "clipped"]  # what was heard stays known
        assert session.get_one(Transcript, sidecar.ulid).text == TEXT


def test_a_machine_that_ends_while_a_person_writes_is_no_colleague(
    store: Store, ticket_id: int, sidecar: Sidecar, operator: Person, supervisor: Person, now: datetime
) -> None:
    hear(store, sidecar, HEARD, now)
    write(store, sidecar, operator, now)  # from the page as it stood without a text
    with store.reading() as session:
        transcript = session.get_one(Transcript, sidecar.ulid)
        assert (transcript.text, transcript.raw_text, transcript.version) == (TEXT, HEARD.raw_text, 2)
    with pytest.raises(Stale, match="Lan") as caught:
        write(store, sidecar, supervisor, now)
    assert not caught.value.own


def test_of_two_people_who_write_the_first_one_counts(
    store: Store, ticket_id: int, sidecar: Sidecar, operator: Person, supervisor: Person, now: datetime
) -> None:
    write(store, sidecar, operator, now)
    with pytest.raises(Stale, match="Lan"):
        write(store, sidecar, supervisor, now, "khác")
    write(store, sidecar, supervisor, now, "Cống 15 Trần Phú.", version=1)
    with store.reading() as session:
        assert session.get_one(Ticket, ticket_id).content == "Cống 15 Trần Phú."
        corrections = select(Transcript.corrected_by).where(Transcript.recording_id == sidecar.ulid)
        assert session.scalar(corrections) == supervisor.id


def test_who_may_write_is_who_may_correct(
    store: Store, ticket_id: int, sidecar: Sidecar, operator: Person, supervisor: Person, now: datetime
) -> None:
    with store.transaction() as session:
        casework.change(session, ticket_id, supervisor, 1, now, assignee=supervisor.id)
    with pytest.raises(NotAllowed, match="Hoa"):
        write(store, sidecar, operator, now)
    with pytest.raises(EmptyText):
        write(store, sidecar, supervisor, now, " \n ")
    with pytest.raises(NotFound):  # a page that knows a text where there is none
        write(store, sidecar, supervisor, now, version=1)
    with store.reading() as session:
        assert session.get(Transcript, sidecar.ulid) is None

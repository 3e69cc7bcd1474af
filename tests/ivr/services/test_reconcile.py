"""The rows of an orderly day add up; each loss is named."""

from datetime import datetime, timedelta

from ivr.jobs import queue
from ivr.model import Call, EndReason, Kind, Recording, Ticket
from ivr.reconcile.rows import read_rows, still_open, with_rows
from ivr.recordings import FiledAudio
from ivr.services import intake
from ivr.services.calls import record_call
from ivr.services.transcribing import TRANSCRIBE
from ivr.spool import Sidecar
from ivr.store import Store
from ivr.testing.jobs import claim
from ivr.testing.spool import make_journal


def test_an_orderly_report_adds_up(store: Store, sidecar: Sidecar, audio: FiledAudio, now: datetime) -> None:
    journal = make_journal(
        ulid=sidecar.ulid, instance="1022", city="da-nang", started_at=now, ended_at=now, end_reason=EndReason.HUNG_UP
    )
    with store.transaction() as session:
        intake.file_report(session, sidecar, audio, now)
        assert [call.id for call in read_rows(session).open_calls] == [sidecar.ulid]
        record_call(session, journal, now)
        assert [item.id for item in read_rows(session).work_open] == [sidecar.ulid]
    claimed = claim(store, TRANSCRIBE, "w", now)
    assert claimed is not None
    with store.transaction() as session:
        queue.finish(session, claimed, now)
    with store.reading() as session:
        rows = read_rows(session)
    assert (rows.ended, rows.recordings, rows.tickets) == ({EndReason.HUNG_UP: 1}, 1, 1)
    assert [row.key for row in rows.files] == [audio.key]
    assert not any(
        (
            rows.open_calls, rows.half_ended, rows.recordings_without_ticket, rows.tickets_without_call,
            rows.tickets_without_recording, rows.tickets_without_code, rows.doubled, rows.recordings_without_work,
            rows.work_open, rows.work_parked,
        )
    )  # fmt: skip


def test_every_loss_is_named(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        session.add(Call(id="open", city="x", started_at=now))
        session.add(Call(id="half", city="x", started_at=now, ended_at=now))
        session.add(Ticket(ulid="lonely", city="x", created_at=now, filed_at=now, flags=["no_audio"]))
        session.add(Ticket(ulid="ring back", city="x", created_at=now, filed_at=now, code="1", kind=Kind.GOI_LAI))
        session.add(_recording("lost", "none", now))
    with store.reading() as session:
        rows = read_rows(session)
        assert still_open(session, ["open", "half", "never"]) == {"open"}
        assert with_rows(session, ["open", "half", "never"]) == {"open", "half"}
    assert [call.id for call in rows.open_calls] == ["open"]
    assert rows.half_ended == ("half",)
    assert set(rows.tickets_without_call) == {"lonely", "ring back"}
    assert [ticket.id for ticket in rows.tickets_without_code] == ["lonely"]
    assert [(ticket.id, ticket.note) for ticket in rows.tickets_without_recording] == [("lonely", "no_audio")]
    assert rows.requests == 1
    assert rows.recordings_without_ticket == rows.recordings_without_work == ("lost",)


def test_the_same_sound_twice_on_one_line_is_doubled(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        for ulid, line in (("a", "17.1"), ("b", "17.1"), ("c", "17.2")):
            session.add(Call(id=ulid, city="x", started_at=now, linkedid=line))
            session.add(Ticket(ulid=ulid, call_id=ulid, city="x", created_at=now, filed_at=now))
            session.add(_recording(ulid, ulid, now))
    with store.reading() as session:
        assert read_rows(session).doubled == (("a", "b"),)


def test_what_began_before_is_left_out(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        session.add(Call(id="old", city="x", started_at=now - timedelta(days=1)))
        session.add(_recording("old", "none", now - timedelta(days=1)))
    with store.reading() as session:
        rows = read_rows(session, now - timedelta(hours=1))
    assert not rows.open_calls
    assert not rows.recordings_without_ticket
    assert not rows.files
    assert rows.keys == {"old"}, "a file of that day is no orphan"


def _recording(ulid: str, call: str, now: datetime) -> Recording:
    return Recording(id=ulid, ulid=call, take=1, key=ulid, seconds=9, size=1, sha256="0", created_at=now)

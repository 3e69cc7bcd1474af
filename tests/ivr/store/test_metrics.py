"""Figures come from rows; an absent database is a figure too."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ivr.jobs import queue
from ivr.model import Outbox, Recording, SignIn, State, Ticket, Transcript
from ivr.services import upkeep
from ivr.services.metrics import WINDOW, exposition, find_rtf
from ivr.services.transcribing import TRANSCRIBE
from ivr.store import Store, make_engine
from ivr.testing.jobs import claim


def add_transcript(store: Store, key: str, at: datetime, decode_seconds: float) -> None:
    transcript = Transcript(
        raw_text="a",
        tidy_text="A",
        words=[],
        confidence=1,
        model="m",
        model_version="1",
        audio_seconds=10,
        decode_seconds=decode_seconds,
        created_at=at,
    )
    recording = Recording(id=key, ulid=key, take=1, key=key, seconds=10, size=1, sha256="0", created_at=at)
    recording.transcript = transcript
    with store.transaction() as session:
        session.add(recording)


def figures(store: Store, now: datetime) -> dict[str, float]:
    lines = exposition(store, lambda: now).decode().splitlines()
    return {name: float(value) for name, value in (line.split(" ") for line in lines if not line.startswith("#"))}


def test_figures_of_an_empty_and_a_busy_hotline(store: Store, now: datetime) -> None:
    empty = figures(store, now)
    assert empty["tongdai_store_up"] == 1
    assert empty["tongdai_transcription_oldest_seconds"] == 0
    assert "tongdai_transcription_rtf" not in empty
    with store.transaction() as session:
        for number, state in enumerate([State.MOI, State.MOI, State.DA_TRA_LOI]):
            due = now - timedelta(hours=number)  # the first is due now, which is in time
            session.add(Ticket(ulid=str(number), city="x", state=state, created_at=now, filed_at=now, due_at=due))
            queue.add(session, TRANSCRIBE, str(number), now - timedelta(seconds=30))
        late = now - timedelta(hours=9)
        trial = Ticket(ulid="t", city="x", created_at=now, filed_at=now, due_at=late, flags=["short", "trial"])
        session.add(trial)  # in no figure
    claim(store, TRANSCRIBE, "w", now)
    add_transcript(store, "old", now - WINDOW, 99)
    add_transcript(store, "new", now, 2.5)
    busy = figures(store, now)
    assert busy['tongdai_transcription_items{state="waiting"}'] == 2
    assert busy['tongdai_transcription_items{state="claimed"}'] == 1
    assert busy["tongdai_transcription_oldest_seconds"] == 30
    assert busy["tongdai_transcription_rtf"] == 0.25
    assert busy['tongdai_tickets_open{state="moi"}'] == 2
    assert 'tongdai_tickets_open{state="da_tra_loi"}' not in busy
    assert busy["tongdai_tickets_overdue"] == 1
    with store.reading() as session:
        assert find_rtf(session, now + 2 * WINDOW) is None


@pytest.mark.parametrize("asterisk", [True, False])
def test_calls_are_counted_while_watch_and_asterisk_are_there(store: Store, now: datetime, asterisk: bool) -> None:
    said = {"asterisk": asterisk, "live_calls": 7, "calls_limit": 480, "calls_refused": 93}
    lines = exposition(store, lambda: now, lambda: said).decode().splitlines()
    calls = {line for line in lines if line.startswith(("tongdai_calls", "tongdai_watch"))}
    figures = {"tongdai_calls_live 7.0", "tongdai_calls_limit 480.0", "tongdai_calls_refused_total 93.0"}
    assert calls == {"tongdai_watch_up 1.0", *(figures if asterisk else ())}


def test_watch_that_is_away_has_no_calls(store: Store, now: datetime) -> None:
    text = exposition(store, lambda: now, lambda: None).decode()
    assert "tongdai_watch_up 0.0" in text
    assert "tongdai_calls" not in text


def test_an_absent_database_is_told(tmp_path: Path, now: datetime) -> None:
    with closing(Store(make_engine(f"sqlite+pysqlite:///{tmp_path / 'none' / 'x.db'}", busy=1))) as gone:
        assert figures(gone, now) == {"tongdai_store_up": 0}


def test_upkeep_forgets_what_has_ended(store: Store, now: datetime) -> None:
    with store.transaction() as session:
        session.add(Outbox(at=now - timedelta(days=8), topic="x", subject="old"))
        session.add(Outbox(at=now, topic="x", subject="new"))
        upkeep.prune(session, now)
        assert session.scalars(select(Outbox.subject)).all() == ["new"]
        assert session.scalar(select(func.count()).select_from(SignIn)) == 0

"""The worker as a process: its signals, its death, its model, its figures."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from ulid import ULID

from ivr.jobs import queue
from ivr.model import Recording, Transcript, WorkItem, WorkState
from ivr.services.transcribing import TRANSCRIBE
from ivr.services.upkeep import UPKEEP
from ivr.settings import Settings, load_settings
from ivr.store import Store
from ivr.testing.asterisk import PATIENCE, wait_for
from ivr.testing.database import sqlite_store

WAV = ["-r", "8000", "-b", "16", "-c", "1"]
HEARD = 5 * PATIENCE
"""Seconds in which half a minute is heard where a worker, which gives way to calls, gets a tenth of the machine."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    settings.home.mkdir()
    with sqlite_store(settings.home, busy=10) as opened:
        yield opened


@pytest.fixture
def start(settings: Settings, store: Store) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """``start("--once")`` starts a worker on the home; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(*given: str, **more: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "TONGDAI_HOME": str(settings.home), **more}
        child = subprocess.Popen(
            [sys.executable, "-m", "ivr", "worker", *given],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(child)
        return child

    yield begin
    for child in running:
        if child.poll() is None:
            child.kill()
        child.communicate()


def _add(settings: Settings, store: Store, audio: Path) -> str:
    ulid, now = str(ULID()), datetime.now(UTC)
    path = settings.recordings / f"{ulid}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(audio.read_bytes())
    with store.transaction() as session:
        session.add(Recording(id=ulid, ulid=ulid, take=1, key=path.name, seconds=1, size=1, sha256="", created_at=now))
        queue.add(session, TRANSCRIBE, ulid, now)
    return ulid


def _state(store: Store, ulid: str) -> WorkState:
    with store.reading() as session:
        return session.scalars(select(WorkItem.state).where(WorkItem.subject == ulid)).one()


def test_works_until_terminated(
    settings: Settings, store: Store, start: Callable[..., subprocess.Popen[str]], sox: Callable[..., Path]
) -> None:
    child = start("--threads", "2")
    audio = sox("a.wav", *WAV, effects=["synth", "3", "sine", "300"])
    ulids = [_add(settings, store, audio) for _ in range(3)]
    wait_for(lambda: all(_state(store, ulid) is WorkState.DONE for ulid in ulids), "they are not done")
    child.send_signal(signal.SIGTERM)
    assert child.wait(PATIENCE) == 0


def test_terminated_while_hearing_gives_the_item_back(
    settings: Settings, store: Store, start: Callable[..., subprocess.Popen[str]], sox: Callable[..., Path]
) -> None:
    ulid = _add(settings, store, sox("long.wav", *WAV, effects=["synth", "900", "whitenoise", "gain", "-9"]))
    child = start()
    wait_for(lambda: _state(store, ulid) is WorkState.CLAIMED, "it is not heard")
    child.send_signal(signal.SIGTERM)
    assert child.wait(PATIENCE) == 0
    with store.reading() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.kind == TRANSCRIBE)).one()
        assert (item.state, item.attempt) == (WorkState.WAITING, 0)


@pytest.mark.timeout(900)
def test_killed_while_hearing_another_worker_does_it_once(
    settings: Settings, store: Store, start: Callable[..., subprocess.Popen[str]], sox: Callable[..., Path]
) -> None:
    ulid = _add(settings, store, sox("half.wav", *WAV, effects=["synth", "30", "whitenoise", "gain", "-9"]))
    child = start(TONGDAI_LEASE_SECONDS="1")  # ends soon after its death
    wait_for(lambda: _state(store, ulid) is WorkState.CLAIMED, "it is not heard")
    child.kill()
    child.wait(PATIENCE)
    assert _state(store, ulid) is WorkState.CLAIMED
    start()
    wait_for(lambda: _state(store, ulid) is WorkState.DONE, "it is not done", seconds=HEARD)
    with store.reading() as session:
        assert session.scalars(select(Transcript.recording_id)).all() == [ulid]
        assert session.scalars(select(WorkItem.attempt).where(WorkItem.kind == TRANSCRIBE)).one() == 2


def test_broken_model_claims_nothing_and_is_told(
    settings: Settings, store: Store, start: Callable[..., subprocess.Popen[str]], sox: Callable[..., Path]
) -> None:
    ulid = _add(settings, store, sox("a.wav", *WAV, effects=["synth", "3", "sine", "300"]))
    child = start("--once", TONGDAI_VOSK_MODEL="/nowhere/model")
    said, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 1
    assert "TONGDAI_VOSK_MODEL" in said
    with store.reading() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.subject == ulid)).one()
        assert (item.state, item.attempt) == (WorkState.WAITING, 0)


def test_figures(settings: Settings, store: Store, start: Callable[..., subprocess.Popen[str]]) -> None:
    now = datetime.now(UTC)
    with store.transaction() as session:
        queue.add(session, TRANSCRIBE, "x", now)
        session.add(Recording(id="y", ulid="y", take=1, key="y", seconds=20, size=1, sha256="", created_at=now))
        session.flush()
        session.add(
            Transcript(
                recording_id="y",
                raw_text="",
                tidy_text="",
                words=[],
                confidence=0,
                model="m",
                model_version="1",
                audio_seconds=20,
                decode_seconds=5,
                created_at=now,
            )
        )
    printed, _ = start("--metrics").communicate(timeout=PATIENCE)
    assert 'tongdai_transcription_items{state="waiting"} 1.0' in printed
    assert "tongdai_transcription_rtf 0.25" in printed


def test_work_that_needs_no_model_is_done_while_the_model_is_broken(
    store: Store, start: Callable[..., subprocess.Popen[str]]
) -> None:
    with store.transaction() as session:
        queue.add(session, UPKEEP, "upkeep", datetime.now(UTC))
    child = start(TONGDAI_VOSK_MODEL="/nowhere/model")
    wait_for(lambda: _state(store, "upkeep") is WorkState.DONE, "it is not done")
    assert child.poll() is None, "it waits for a model"
    wait_for(lambda: _ends_in_order(child), "it does not end")


def _ends_in_order(child: subprocess.Popen[str]) -> bool:
    """A signal that comes while the model is tried ends the process at once; one that comes between is obeyed."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        return False
    assert child.returncode in {0, -signal.SIGTERM}
    return True

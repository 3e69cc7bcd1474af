"""Workers killed −9 at random, poison among the recordings, a model that is broken, memory that runs out.

The worker as a process on the real engine: each recording is done once, or parked with its reason after three tries,
and the queue moves on.
"""

import io
import random
import resource
import time
import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil
import pytest
from sqlalchemy import select
from ulid import ULID

from ivr.jobs import queue
from ivr.model import EventKind, Recording, Ticket, TicketEvent, Transcript, WorkItem, WorkState
from ivr.services.transcribing import TRANSCRIBE
from ivr.settings import Settings
from ivr.store import Store
from ivr.testing import temporary_settings
from ivr.testing.asterisk import wait_for
from ivr.testing.database import sqlite_store
from ivr.testing.processes import FULL, Running, running, scaled
from ivr.testing.spool import wav
from transcription.transcribe_handler import TranscribeHandler

pytestmark = pytest.mark.timeout(7200 if FULL else 900)

KILLS = round(scaled(4, 50))
RECORDINGS = round(scaled(6, 60))
LONG = scaled(30, 3 * 3600)
"""Seconds of the longest file."""
HEARD_WITHIN = scaled(450, 120 + LONG)
"""Seconds in which everything is heard; in short on a machine that does much other work."""
READY = "worker.ready"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return temporary_settings(tmp_path, lease_seconds=1.0)


def unhurried(settings: Settings) -> Settings:
    """A worker with a lease so short takes itself for stuck where the machine stands still for four seconds."""
    return settings.model_copy(update={"lease_seconds": 60.0})


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with sqlite_store(settings.home, busy=10) as opened:
        yield opened


def noise(seconds: float) -> bytes:
    """What a microphone in the wind records."""
    target = io.BytesIO()
    generator = np.random.default_rng(7)
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        for _ in range(round(seconds)):
            file.writeframes(generator.normal(0, 4000, 8000).astype("<i2").tobytes())
    return target.getvalue()


def add(settings: Settings, store: Store, content: bytes) -> str:
    """A filed recording that waits for its text; its id."""
    ulid, now = str(ULID()), datetime.now(UTC)
    path = settings.recordings / f"{ulid}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    size = len(content)
    with store.transaction() as session:
        session.add(
            Recording(id=ulid, ulid=ulid, take=1, key=path.name, seconds=1, size=size, sha256="", created_at=now)
        )
        session.add(Ticket(ulid=ulid, city="da-nang", created_at=now, filed_at=now))
        queue.add(session, TRANSCRIBE, ulid, now)
    return ulid


def items(store: Store) -> dict[str, WorkItem]:
    with store.reading() as session:
        return {item.subject: item for item in session.scalars(select(WorkItem).where(WorkItem.kind == TRANSCRIBE))}


def settled(store: Store) -> bool:
    return all(item.state in (WorkState.DONE, WorkState.PARKED) for item in items(store).values())


def check_settled(store: Store) -> dict[str, WorkItem]:
    """One transcript for each that is done; a reason, shown in the ticket, for each that is parked; nothing else."""
    found = items(store)
    with store.reading() as session:
        texts = sorted(session.scalars(select(Transcript.recording_id)))
        heard = session.scalars(select(TicketEvent.kind)).all()
    done = sorted(subject for subject, item in found.items() if item.state is WorkState.DONE)
    parked = [item for item in found.values() if item.state is WorkState.PARKED]
    assert texts == done
    assert len(done) + len(parked) == len(found)
    assert all(item.error and item.attempt == TranscribeHandler.tries for item in parked)
    assert heard.count(EventKind.TRANSCRIBED) == len(done)
    assert heard.count(EventKind.NOT_TRANSCRIBED) == len(parked)
    return found


def test_killed_at_random_among_poison(settings: Settings, store: Store) -> None:
    luck = random.Random(1022)
    speech = noise(10)
    good = [add(settings, store, speech) for _ in range(RECORDINGS)]
    poison = {
        add(settings, store, b""): "0 byte",
        add(settings, store, wav(0)): "âm thanh",
        add(settings, store, b"ID3\x04" + bytes(900)): "MP3",
        add(settings, store, np.random.default_rng(5).bytes(4_000)): "định dạng",
    }
    good.append(add(settings, store, noise(LONG)))
    for _ in range(KILLS):
        with running(settings, "worker", ready=READY) as worker:
            time.sleep(luck.uniform(0.0, 2.0))
            worker.kill()
    with running(unhurried(settings), "worker", ready=READY):
        wait_for(lambda: settled(store), "the queue does not come to its end", seconds=HEARD_WITHIN)
    found = check_settled(store)
    for ulid, reason in poison.items():
        assert found[ulid].state is WorkState.PARKED
        assert reason in str(found[ulid].error)
    unheard = [found[ulid] for ulid in good if found[ulid].state is WorkState.PARKED]
    assert all("chết giữa chừng" in str(item.error) for item in unheard), "only what three workers died at is given up"
    print(f"{KILLS} kills, {len(good)} recordings, {len(unheard)} of them given up after three deaths")


def squeeze(worker: Running, spare: int) -> None:
    """Let the process have no more than ``spare`` bytes beyond what it has."""
    limit = psutil.Process(worker.process.pid).memory_info().vms + spare
    resource.prlimit(worker.process.pid, resource.RLIMIT_AS, (limit, limit))


@pytest.mark.parametrize("spare", [0, 24 * 2**20], ids=["none", "24-MiB"])
def test_memory_runs_out(spare: int, settings: Settings, store: Store) -> None:
    for _ in range(TranscribeHandler.tries):
        with running(settings, "worker", ready=READY) as worker:
            squeeze(worker, spare)
            if not items(store):
                first = add(settings, store, noise(30))
            wait_for(lambda: worker.process.poll() is not None or settled(store), "it hangs")
        if settled(store):
            break
    rest = [add(settings, store, noise(3)) for _ in range(2)]
    with running(unhurried(settings), "worker", ready=READY):
        wait_for(lambda: settled(store), "the queue does not move on")
    found = check_settled(store)
    assert all(found[ulid].state is WorkState.DONE for ulid in rest)
    print(spare, found[first].state, found[first].attempt, found[first].error)


def test_broken_model_costs_no_recording_a_try(settings: Settings, store: Store) -> None:
    """The worker waits, says why, and claims nothing; with a whole model the recordings are heard."""
    ulids = [add(settings, store, noise(3)) for _ in range(2)]
    empty = settings.home / "models" / "default"
    (empty / "am").mkdir(parents=True)
    (empty / "am" / "final.mdl").write_bytes(b"\0" * 100)
    with running(settings, "worker", ready="worker.model_broken") as worker:
        time.sleep(1)
        assert worker.process.poll() is None
        assert {item.attempt for item in items(store).values()} == {0}
    empty.rename(settings.home / "models" / "broken")
    with running(unhurried(settings), "worker", ready=READY):
        wait_for(lambda: settled(store), "nothing is heard")
    assert {check_settled(store)[ulid].state for ulid in ulids} == {WorkState.DONE}

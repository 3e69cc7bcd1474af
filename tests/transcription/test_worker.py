"""The worker: each recording's text is stored once, or its reason; nothing broken stops the queue."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from ulid import ULID

from ivr.jobs import queue
from ivr.jobs.worker import Worker
from ivr.model import EventKind, Outbox, Recording, Ticket, TicketEvent, Transcript, WorkItem, WorkState
from ivr.model.word_errors import word_errors
from ivr.services.transcribing import TRANSCRIBE
from ivr.settings import Settings, load_settings
from ivr.store import Store, StoreAway
from ivr.testing.database import sqlite_store
from ivr.testing.jobs import claim
from transcription.recogniser import Recognised, Samples
from transcription.transcribe_handler import TranscribeHandler
from transcription.values import Word
from transcription.vosk_recogniser import VoskRecogniser

START = datetime(2026, 9, 15, 2, 30, tzinfo=UTC)
TONE = ["synth", "3", "sine", "300", "gain", "-6"]
WAV = ["-r", "8000", "-b", "16", "-c", "1"]


@dataclass
class ScriptedRecogniser:
    """Hears one word in everything; ``during`` is called with every piece."""

    during: Callable[[], None] = lambda: None
    rate: int = 8_000
    name: str = "scripted"
    version: str = "1"
    starter: bool = False

    def listen(self) -> "ScriptedRecogniser":
        return self

    def accept(self, samples: Samples) -> None:
        assert isinstance(samples, np.ndarray)
        self.during()

    def finish(self) -> Recognised:
        return Recognised(text="ngập", words=(Word(text="ngập", start=0.1, end=0.5, confidence=0.9),))


@dataclass
class Home:
    """A home with a database, a clock to be turned by hand, and recordings waiting for their text."""

    settings: Settings
    store: Store
    recogniser: ScriptedRecogniser | VoskRecogniser = field(default_factory=ScriptedRecogniser)
    clock: datetime = START
    monotonic: float = 0.0
    stop: Event = field(default_factory=Event)

    def add(self, audio: bytes, *, ticket: bool = True) -> str:
        """A filed recording with these bytes; its id."""
        ulid = str(ULID())
        key = f"2026/09/15/{ulid}.wav"
        path = self.settings.recordings / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(audio)
        with self.store.transaction() as session:
            session.add(
                Recording(
                    id=ulid, ulid=ulid, take=1, key=key, seconds=1.0, size=len(audio), sha256="", created_at=START
                )
            )
            if ticket:
                session.add(Ticket(ulid=ulid, city="da-nang", created_at=START, filed_at=START))
            queue.add(session, TRANSCRIBE, ulid, START)
        return ulid

    def worker(self, owner: str = "w", store: Store | None = None) -> Worker:
        handler = TranscribeHandler(self.settings, self.recogniser)
        return Worker(
            store=store or self.store,
            handlers={handler.kind: handler},
            owner=owner,
            stop=self.stop,
            now=lambda: self.clock,
            monotonic=lambda: self.monotonic,
        )

    def later(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)
        self.monotonic += seconds

    def item(self, ulid: str) -> WorkItem:
        with self.store.reading() as session:
            return session.scalars(select(WorkItem).where(WorkItem.subject == ulid)).one()

    def transcript(self, ulid: str) -> Transcript | None:
        with self.store.reading() as session:
            return session.get(Transcript, ulid)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    settings = load_settings(home=tmp_path, lease_seconds=60)
    with sqlite_store(tmp_path) as store:
        yield Home(settings=settings, store=store)


@pytest.fixture
def tone(sox: Callable[..., Path]) -> bytes:
    return sox("tone.wav", *WAV, effects=TONE).read_bytes()


def test_a_report_becomes_text_in_its_ticket(
    home: Home,
    speak: Callable[..., Path],
    sox: Callable[..., Path],
    starter: VoskRecogniser,
    demo_sentence: str,
) -> None:
    home.recogniser = starter
    spoken = speak(demo_sentence)
    wav = sox("report.wav", *WAV, effects=[], source=["-t", "al", "-r", "8000", "-c", "1", str(spoken)])
    ulid = home.add(wav.read_bytes())
    assert home.worker().step()
    transcript = home.transcript(ulid)
    assert transcript is not None
    assert word_errors(demo_sentence, transcript.raw_text).rate <= 0.2
    assert "kiệt 45" in transcript.tidy_text
    assert transcript.starter
    assert transcript.words[0].keys() == {"text", "start", "end", "confidence"}
    assert transcript.audio_seconds == pytest.approx(12.6, abs=1)
    assert home.item(ulid).state is WorkState.DONE
    with home.store.reading() as session:
        recording = session.get_one(Recording, ulid)
        assert recording.peaks is not None
        assert 700 <= len(recording.peaks) <= 800
        ticket = session.scalars(select(Ticket).where(Ticket.ulid == ulid)).one()
        assert ticket.content == transcript.tidy_text
        assert "tran cao van" in ticket.folded
        kinds = session.scalars(select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket.id)).all()
        assert kinds == [EventKind.TRANSCRIBED]
        assert session.scalars(select(Outbox.topic)).all() == ["transcript.ready"]
    assert not home.worker().step(), "done once is done"


def test_silent_and_clipped_are_told_on_the_recording(home: Home, sox: Callable[..., Path]) -> None:
    ulid = home.add(sox("silence.wav", *WAV, effects=["trim", "0", "3"]).read_bytes())
    home.worker().step()
    with home.store.reading() as session:
        assert session.get_one(Recording, ulid).flags == ["silent"]


def test_poison_is_parked_with_its_reason_and_the_queue_moves_on(home: Home, tone: bytes) -> None:
    poison = {
        home.add(b""): "0 byte",
        home.add(tone[:44]): "WAV",
        home.add(b"ID3\x04" + bytes(900)): "MP3",
        home.add(bytes(np.random.default_rng(5).bytes(4_000))): "định dạng",
    }
    good = home.add(tone)
    home.worker().run(once=True)
    assert home.item(good).state is WorkState.DONE
    for attempt in (2, 3):
        home.later(60)
        home.worker().run(once=True)
        assert {home.item(ulid).attempt for ulid in poison} == {attempt}
    for ulid, reason in poison.items():
        item = home.item(ulid)
        assert item.state is WorkState.PARKED
        assert item.error is not None
        assert reason in item.error
    home.later(3600)
    assert not home.worker().step(), "parked stays parked"
    with home.store.reading() as session:
        kinds = session.scalars(select(TicketEvent.kind)).all()
    assert kinds.count(EventKind.NOT_TRANSCRIBED) == 4


def test_header_without_length_is_heard(home: Home, tone: bytes) -> None:
    ulid = home.add(tone[:40] + bytes(4) + tone[44:])
    home.worker().step()
    transcript = home.transcript(ulid)
    assert transcript is not None
    assert transcript.audio_seconds == pytest.approx(3, abs=0.01)


def test_audio_or_row_that_is_gone(home: Home, tone: bytes) -> None:
    ulid = home.add(tone)
    next(home.settings.recordings.rglob("*.wav")).unlink()
    with home.store.transaction() as session:
        queue.add(session, TRANSCRIBE, "nobody", START)
    home.worker().run(once=True)
    assert ulid in str(home.item(ulid).error)
    assert "nobody" in str(home.item("nobody").error)


def test_erased_recording_needs_no_text(home: Home, tone: bytes) -> None:
    ulid = home.add(tone)
    with home.store.transaction() as session:
        session.get_one(Recording, ulid).erased_at = START
    home.worker().step()
    assert home.item(ulid).state is WorkState.DONE
    assert home.transcript(ulid) is None


def test_recording_without_a_ticket_is_heard_too(home: Home, tone: bytes) -> None:
    ulid = home.add(tone, ticket=False)
    home.worker().step()
    assert home.transcript(ulid) is not None


@pytest.mark.parametrize(("trouble", "reason"), [(MemoryError(), "MemoryError"), (ZeroDivisionError("x"), "Zero")])
def test_engine_that_fails_costs_the_item_a_try(home: Home, tone: bytes, trouble: Exception, reason: str) -> None:
    def fail() -> None:
        raise trouble

    home.recogniser = ScriptedRecogniser(during=fail)
    ulid = home.add(tone)
    assert home.worker().step()
    item = home.item(ulid)
    assert (item.state, item.attempt) == (WorkState.WAITING, 1)
    assert reason in str(item.error)


def test_asked_to_stop_gives_the_item_back_uncounted(home: Home, tone: bytes) -> None:
    ulid = home.add(tone)
    home.recogniser = ScriptedRecogniser(during=home.stop.set)
    home.worker().run()
    item = home.item(ulid)
    assert (item.state, item.attempt, item.owner) == (WorkState.WAITING, 0, None)
    assert home.transcript(ulid) is None


def test_long_recording_keeps_its_lease(home: Home, tone: bytes) -> None:
    ulid = home.add(tone)

    def slow() -> None:
        home.later(50)
        assert claim(home.store, TRANSCRIBE, "other", home.clock) is None

    home.recogniser = ScriptedRecogniser(during=slow)
    home.worker().step()
    assert home.item(ulid).state is WorkState.DONE
    assert home.clock > START + timedelta(seconds=140), "three pieces of 50 s on a lease of 60 s"


def test_engine_that_takes_nothing_for_longer_than_a_lease_is_stuck(home: Home, tone: bytes) -> None:
    home.add(tone)
    seen: list[bool] = []

    def during() -> None:
        seen.append(worker.is_stuck())
        home.later(50)
        seen.append(worker.is_stuck())
        home.later(14)
        seen.append(worker.is_stuck())

    home.recogniser = ScriptedRecogniser(during=during)
    worker = home.worker()
    worker.step()
    assert seen[:3] == [False, False, True]
    home.later(3600)
    assert not worker.is_stuck(), "nothing is heard"


def test_lost_lease_drops_the_result(home: Home, tone: bytes) -> None:
    ulid = home.add(tone)
    taken: list[str] = []

    def frozen() -> None:
        home.later(70)
        if not taken:
            taken.append("once")
            assert claim(home.store, TRANSCRIBE, "other", home.clock, 600) is not None

    home.recogniser = ScriptedRecogniser(during=frozen)
    assert home.worker().step()
    assert home.transcript(ulid) is None
    assert home.item(ulid).owner == "other"


class AbsentStore(Store):
    """The home's store, away whenever ``away`` says so."""

    def __init__(self, store: Store, away: Callable[[], bool]) -> None:
        super().__init__(store.engine)
        self._away = away

    def transaction(self) -> AbstractContextManager[Session]:
        if self._away():
            raise StoreAway("away")
        return super().transaction()

    def reading(self) -> AbstractContextManager[Session]:
        if self._away():
            raise StoreAway("away")
        return super().reading()


def test_database_away_is_waited_for_and_no_hearing_is_lost(
    home: Home, tone: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.jobs.attempt.AWAY", 0.01)
    ulid = home.add(tone)
    pieces: list[int] = []
    refusals = iter([True, True])

    def during() -> None:
        pieces.append(1)
        home.later(25)

    home.recogniser = ScriptedRecogniser(during=during)
    absent = AbsentStore(home.store, lambda: bool(pieces) and next(refusals, False))
    home.worker(store=absent).run(once=True)
    assert len(pieces) == 3, "heard once only"
    assert home.transcript(ulid) is not None
    assert home.item(ulid).state is WorkState.DONE


def test_database_away_at_the_start(home: Home, tone: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.jobs.attempt.AWAY", 0.01)
    ulid = home.add(tone)
    refusals = iter([True, True, True])
    home.worker(store=AbsentStore(home.store, lambda: next(refusals, False))).run(once=True)
    assert home.item(ulid).state is WorkState.DONE


def test_stop_while_the_database_is_away_ends_at_once(home: Home, tone: bytes) -> None:
    home.add(tone)
    home.recogniser = ScriptedRecogniser(during=lambda: home.later(0))
    heard: list[int] = []

    def away() -> bool:
        heard.append(1)
        if len(heard) > 3:
            home.stop.set()
            return True
        return False

    home.worker(store=AbsentStore(home.store, away)).run()
    assert home.stop.is_set()

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
class House:
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
def house(tmp_path: Path) -> Iterator[House]:
    settings = load_settings(home=tmp_path, lease_seconds=60)
    with sqlite_store(tmp_path) as store:
        yield House(settings=settings, store=store)


@pytest.fixture
def tone(sox: Callable[..., Path]) -> bytes:
    return sox("tone.wav", *WAV, effects=TONE).read_bytes()


def test_a_report_becomes_text_in_its_ticket(
    house: House,
    speak: Callable[..., Path],
    sox: Callable[..., Path],
    starter: VoskRecogniser,
    demo_sentence: str,
) -> None:
    house.recogniser = starter
    spoken = speak(demo_sentence)
    wav = sox("report.wav", *WAV, effects=[], source=["-t", "al", "-r", "8000", "-c", "1", str(spoken)])
    ulid = house.add(wav.read_bytes())
    assert house.worker().step()
    transcript = house.transcript(ulid)
    assert transcript is not None
    assert word_errors(demo_sentence, transcript.raw_text).rate <= 0.2
    assert "kiệt 45" in transcript.tidy_text
    assert transcript.starter
    assert transcript.words[0].keys() == {"text", "start", "end", "confidence"}
    assert transcript.audio_seconds == pytest.approx(12.6, abs=1)
    assert house.item(ulid).state is WorkState.DONE
    with house.store.reading() as session:
        recording = session.get_one(Recording, ulid)
        assert recording.peaks is not None
        assert 700 <= len(recording.peaks) <= 800
        ticket = session.scalars(select(Ticket).where(Ticket.ulid == ulid)).one()
        assert ticket.content == transcript.tidy_text
        assert "tran cao van" in ticket.folded
        kinds = session.scalars(select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket.id)).all()
        assert kinds == [EventKind.TRANSCRIBED]
        assert session.scalars(select(Outbox.topic)).all() == ["transcript.ready"]
    assert not house.worker().step(), "done once is done"


def test_silent_and_clipped_are_told_on_the_recording(house: House, sox: Callable[..., Path]) -> None:
    ulid = house.add(sox("silence.wav", *WAV, effects=["trim", "0", "3"]).read_bytes())
    house.worker().step()
    with house.store.reading() as session:
        assert session.get_one(Recording, ulid).flags == ["silent"]


def test_poison_is_parked_with_its_reason_and_the_queue_moves_on(house: House, tone: bytes) -> None:
    poison = {
        house.add(b""): "0 byte",
        house.add(tone[:44]): "WAV",
        house.add(b"ID3\x04" + bytes(900)): "MP3",
        house.add(bytes(np.random.default_rng(5).bytes(4_000))): "định dạng",
    }
    good = house.add(tone)
    house.worker().run(once=True)
    assert house.item(good).state is WorkState.DONE
    for attempt in (2, 3):
        house.later(60)
        house.worker().run(once=True)
        assert {house.item(ulid).attempt for ulid in poison} == {attempt}
    for ulid, reason in poison.items():
        item = house.item(ulid)
        assert item.state is WorkState.PARKED
        assert item.error is not None
        assert reason in item.error
    house.later(3600)
    assert not house.worker().step(), "parked stays parked"
    with house.store.reading() as session:
        told = session.scalars(select(TicketEvent.kind)).all()
    assert told.count(EventKind.NOT_TRANSCRIBED) == 4


def test_header_without_length_is_heard(house: House, tone: bytes) -> None:
    ulid = house.add(tone[:40] + bytes(4) + tone[44:])
    house.worker().step()
    transcript = house.transcript(ulid)
    assert transcript is not None
    assert transcript.audio_seconds == pytest.approx(3, abs=0.01)


def test_audio_or_row_that_is_gone(house: House, tone: bytes) -> None:
    ulid = house.add(tone)
    next(house.settings.recordings.rglob("*.wav")).unlink()
    with house.store.transaction() as session:
        queue.add(session, TRANSCRIBE, "nobody", START)
    house.worker().run(once=True)
    assert ulid in str(house.item(ulid).error)
    assert "nobody" in str(house.item("nobody").error)


def test_erased_recording_needs_no_text(house: House, tone: bytes) -> None:
    ulid = house.add(tone)
    with house.store.transaction() as session:
        session.get_one(Recording, ulid).erased_at = START
    house.worker().step()
    assert house.item(ulid).state is WorkState.DONE
    assert house.transcript(ulid) is None


def test_recording_without_a_ticket_is_heard_too(house: House, tone: bytes) -> None:
    ulid = house.add(tone, ticket=False)
    house.worker().step()
    assert house.transcript(ulid) is not None


@pytest.mark.parametrize(("trouble", "reason"), [(MemoryError(), "MemoryError"), (ZeroDivisionError("x"), "Zero")])
def test_engine_that_fails_costs_the_item_a_try(house: House, tone: bytes, trouble: Exception, reason: str) -> None:
    def fail() -> None:
        raise trouble

    house.recogniser = ScriptedRecogniser(during=fail)
    ulid = house.add(tone)
    assert house.worker().step()
    item = house.item(ulid)
    assert (item.state, item.attempt) == (WorkState.WAITING, 1)
    assert reason in str(item.error)


def test_asked_to_stop_gives_the_item_back_uncounted(house: House, tone: bytes) -> None:
    ulid = house.add(tone)
    house.recogniser = ScriptedRecogniser(during=house.stop.set)
    house.worker().run()
    item = house.item(ulid)
    assert (item.state, item.attempt, item.owner) == (WorkState.WAITING, 0, None)
    assert house.transcript(ulid) is None


def test_long_recording_keeps_its_lease(house: House, tone: bytes) -> None:
    ulid = house.add(tone)

    def slow() -> None:
        house.later(50)
        assert claim(house.store, TRANSCRIBE, "other", house.clock) is None

    house.recogniser = ScriptedRecogniser(during=slow)
    house.worker().step()
    assert house.item(ulid).state is WorkState.DONE
    assert house.clock > START + timedelta(seconds=140), "three pieces of 50 s on a lease of 60 s"


def test_engine_that_takes_nothing_for_longer_than_a_lease_is_stuck(house: House, tone: bytes) -> None:
    house.add(tone)
    seen: list[bool] = []

    def during() -> None:
        seen.append(worker.is_stuck())
        house.later(50)
        seen.append(worker.is_stuck())
        house.later(14)
        seen.append(worker.is_stuck())

    house.recogniser = ScriptedRecogniser(during=during)
    worker = house.worker()
    worker.step()
    assert seen[:3] == [False, False, True]
    house.later(3600)
    assert not worker.is_stuck(), "nothing is heard"


def test_lost_lease_drops_the_result(house: House, tone: bytes) -> None:
    ulid = house.add(tone)
    taken: list[str] = []

    def frozen() -> None:
        house.later(70)
        if not taken:
            taken.append("once")
            assert claim(house.store, TRANSCRIBE, "other", house.clock, 600) is not None

    house.recogniser = ScriptedRecogniser(during=frozen)
    assert house.worker().step()
    assert house.transcript(ulid) is None
    assert house.item(ulid).owner == "other"


class AbsentStore(Store):
    """The house's store, away whenever ``away`` says so."""

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
    house: House, tone: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.jobs.attempt.AWAY", 0.01)
    ulid = house.add(tone)
    pieces: list[int] = []
    refusals = iter([True, True])

    def during() -> None:
        pieces.append(1)
        house.later(25)

    house.recogniser = ScriptedRecogniser(during=during)
    absent = AbsentStore(house.store, lambda: bool(pieces) and next(refusals, False))
    house.worker(store=absent).run(once=True)
    assert len(pieces) == 3, "heard once only"
    assert house.transcript(ulid) is not None
    assert house.item(ulid).state is WorkState.DONE


def test_database_away_at_the_start(house: House, tone: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.jobs.attempt.AWAY", 0.01)
    ulid = house.add(tone)
    refusals = iter([True, True, True])
    house.worker(store=AbsentStore(house.store, lambda: next(refusals, False))).run(once=True)
    assert house.item(ulid).state is WorkState.DONE


def test_stop_while_the_database_is_away_ends_at_once(house: House, tone: bytes) -> None:
    house.add(tone)
    house.recogniser = ScriptedRecogniser(during=lambda: house.later(0))
    heard: list[int] = []

    def away() -> bool:
        heard.append(1)
        if len(heard) > 3:
            house.stop.set()
            return True
        return False

    house.worker(store=AbsentStore(house.store, away)).run()
    assert house.stop.is_set()

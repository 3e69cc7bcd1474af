"""The worker: claims recordings by lease, hears them, and stores the text together with the item's end.

A broken recording costs its own three tries and never the queue; a database that is away is waited for. Asked to
stop, the worker gives the item it holds back within a second or two.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import TypeVar

import structlog

from ivr.errors import TongdaiError
from ivr.jobs import queue
from ivr.jobs.queue import Claimed, LeaseLost
from ivr.model.recordings import Recording, RecordingFlag
from ivr.recordings import NoRecording, open_recording
from ivr.services.transcripts import HeardText, store_transcript
from ivr.settings import Settings
from ivr.store import Store, StoreAway
from ivr.words import tr
from transcription.audio import open_audio
from transcription.hearing import Hearing, hear
from transcription.recogniser import Recogniser
from transcription.tidy import tidy
from transcription.values import Heard

POLL = 0.5  # seconds between looks into an empty queue
AWAY = 2.0  # seconds before a database that was away is asked again
RETRY_AFTER = 5.0  # seconds before a failed item is tried again, times the attempt
GRACE = 3.0  # seconds beyond its lease after which an engine without a sign of life counts as stuck

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class StopAskedError(Exception):
    """The process was asked to stop while it heard a recording: the item is given back, not failed."""


@dataclass(kw_only=True)
class Worker:
    """One worker; ``now`` is the civil clock of leases, ``monotonic`` the seconds that decide when to renew them."""

    settings: Settings
    store: Store
    recogniser: Recogniser
    owner: str
    stop: Event
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    alive_at: float | None = None
    """When (``monotonic``) the engine last took a piece of the recording; None while nothing is heard."""

    def is_stuck(self) -> bool:
        """Whether the engine took no piece for as long as a lease lasts: OpenBLAS without memory asks for ever."""
        alive_at = self.alive_at
        return alive_at is not None and self.monotonic() - alive_at > self.settings.lease_seconds + GRACE

    def run(self, *, once: bool = False) -> None:
        """Work until asked to stop; ``once``: until nothing can be claimed."""
        while not self.stop.is_set():
            try:
                worked = self.step()
            except StoreAway as error:
                _log.warning("worker.store_away", error=str(error))
                self.stop.wait(AWAY)
                continue
            if not worked and once:
                return
            if not worked:
                self.stop.wait(POLL)

    def step(self) -> bool:
        """Claim one item and settle it one way or another; False when there was none to claim."""
        lease = self.settings.lease_seconds
        claimed = queue.claim(self.store, queue.TRANSCRIBE, self.owner, self.now(), lease)
        if claimed is None:
            return False
        try:
            self._transcribe(claimed)
        except StopAskedError:
            queue.release(self.store, claimed)
            _log.info("worker.released", recording=claimed.subject)
        except LeaseLost as error:
            _log.warning("worker.lease_lost", recording=claimed.subject, error=str(error))
        except (TongdaiError, OSError, MemoryError) as error:
            self._fail(claimed, str(error) or type(error).__name__)
        except Exception as error:  # whatever it is, it may cost this item's tries but not the queue
            _log.exception("worker.unexpected", recording=claimed.subject)
            self._fail(claimed, f"{type(error).__name__}: {error}")
        return True

    def _transcribe(self, claimed: Claimed) -> None:
        key = self._patiently(lambda: self._find_key(claimed))
        if key is None:
            self._patiently(lambda: self._forget(claimed))
            return
        with open_recording(self.settings, key) as file, open_audio(file, key) as audio:
            self.alive_at = self.monotonic()
            try:
                hearing = hear(audio, self.recogniser, beat=self._lease_beat(claimed), monotonic=self.monotonic)
            finally:
                self.alive_at = None
        self._patiently(lambda: self._store_transcript(claimed, hearing))
        heard = hearing.heard
        _log.info(
            "worker.heard",
            recording=claimed.subject,
            seconds=round(heard.seconds, 1),
            rtf=round(heard.rtf, 3),
            words=len(heard.words),
            confidence=round(heard.confidence, 2),
        )

    def _find_key(self, claimed: Claimed) -> str | None:
        """Where the audio lies; None when it was erased since. A row that is gone is a :class:`NoRecording`."""
        with self.store.reading() as session:
            recording = session.get(Recording, claimed.subject)
            if recording is None:
                name = claimed.subject
                raise NoRecording(tr(f"Không có bản ghi âm {name}.", f"There is no recording {name}."))
            return recording.key if recording.erased_at is None else None

    def _store_transcript(self, claimed: Claimed, hearing: Hearing) -> None:
        now = self.now()
        with self.store.transaction() as session:
            text, peaks = heard_text(hearing.heard), list(hearing.peaks)
            store_transcript(session, claimed, claimed.subject, text, peaks, sound_flags(hearing.heard), now)

    def _forget(self, claimed: Claimed) -> None:
        """An erased recording needs no text."""
        with self.store.transaction() as session:
            queue.finish(session, claimed, self.now())

    def _fail(self, claimed: Claimed, reason: str) -> None:
        retry_after = RETRY_AFTER * claimed.attempt
        state = self._patiently(lambda: queue.fail(self.store, claimed, reason, self.now(), retry_after))
        _log.warning(
            "worker.failed", recording=claimed.subject, attempt=claimed.attempt, state=str(state), reason=reason
        )

    def _lease_beat(self, claimed: Claimed) -> Callable[[], None]:
        """Called every second of speech: ends the hearing on a stop, keeps the lease of a long recording."""
        lease = self.settings.lease_seconds
        renewed = self.monotonic()

        def beat() -> None:
            nonlocal renewed
            self.alive_at = self.monotonic()
            if self.stop.is_set():
                raise StopAskedError
            if self.monotonic() - renewed < lease / 3:
                return
            try:
                queue.renew(self.store, claimed, self.now(), lease)
            except StoreAway as error:  # nobody else can claim it either; the next beat asks again
                _log.warning("worker.renew_away", recording=claimed.subject, error=str(error))
                return
            renewed = self.monotonic()

        return beat

    def _patiently(self, act: Callable[[], _T]) -> _T:
        """Repeat while the database is away: an hour's hearing is not thrown away for a minute's outage."""
        while True:
            try:
                return act()
            except StoreAway as error:
                _log.warning("worker.store_away", error=str(error))
                if self.stop.wait(AWAY):
                    raise


def heard_text(heard: Heard) -> HeardText:
    """What the desk stores of a hearing, the tidied copy beside the raw text."""
    return HeardText(
        raw_text=heard.raw_text,
        tidy_text=tidy(heard.raw_text),
        words=[word.as_dict() for word in heard.words],
        confidence=heard.confidence,
        model=heard.model,
        model_version=heard.model_version,
        starter=heard.starter,
        audio_seconds=heard.seconds,
        decode_seconds=heard.decode_seconds,
    )


def sound_flags(heard: Heard) -> list[RecordingFlag]:
    """What the sound itself tells: shown beside the player."""
    flags = {RecordingFlag.SILENT: heard.silent, RecordingFlag.CLIPPED: heard.clipped}
    return [flag for flag, found in flags.items() if found]

"""The job that turns a recording into text: hears it, and stores the text together with the end of its work item."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from ivr.jobs.attempt import Attempt
from ivr.jobs.handler import Effect, Handler, no_effect
from ivr.model import Recording, RecordingFlag, WorkItem
from ivr.recordings import NoRecording, open_recording
from ivr.services.transcribing import TRANSCRIBE
from ivr.services.transcripts import HeardText, give_up_transcript, store_transcript
from ivr.settings import Settings
from ivr.words import tr
from transcription.audio import open_audio
from transcription.hearing import Hearing, hear
from transcription.recogniser import Recogniser
from transcription.tidy import tidy
from transcription.values import Heard

_log = structlog.get_logger(__name__)


class TranscribeHandler(Handler):
    """Hears the recording whose id is the item's subject; threads share the one loaded model."""

    kind = TRANSCRIBE

    def __init__(self, settings: Settings, recogniser: Recogniser) -> None:
        self._settings = settings
        self._recogniser = recogniser
        self.lease_seconds = settings.lease_seconds

    def work(self, attempt: Attempt) -> Effect:
        """Hear the recording; an erased one needs no text."""
        recording_id = attempt.item.subject
        key = attempt.patiently(lambda: _find_key(attempt, recording_id))
        if key is None:
            return no_effect
        with open_recording(self._settings, key) as file, open_audio(file, key) as audio, attempt.watched():
            hearing = hear(audio, self._recogniser, beat=attempt.beat, monotonic=attempt.monotonic)
        _log_heard(recording_id, hearing.heard)
        return _store(recording_id, hearing)

    def parked(self, session: Session, item: WorkItem, error: str, now: datetime) -> None:
        """The ticket says that no text will come."""
        give_up_transcript(session, item.subject, error, now)


def heard_text(heard: Heard) -> HeardText:
    """What is stored of a hearing, the tidied copy beside the raw text."""
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
    """What the sound and the text made of it show: displayed beside the player."""
    flags = {
        RecordingFlag.SILENT: heard.silent,
        RecordingFlag.CLIPPED: heard.clipped,
        RecordingFlag.MACHINE: heard.machine,
        RecordingFlag.DOUBTFUL: heard.doubtful,
    }
    return [flag for flag, found in flags.items() if found]


def _find_key(attempt: Attempt, recording_id: str) -> str | None:
    """Where the audio lies; None when it was erased since. A row that is gone is a :class:`NoRecording`."""
    with attempt.store.reading() as session:
        recording = session.get(Recording, recording_id)
        if recording is None:
            raise NoRecording(tr(f"Không có bản ghi âm {recording_id}.", f"There is no recording {recording_id}."))
        return recording.key if recording.erased_at is None else None


def _store(recording_id: str, hearing: Hearing) -> Effect:
    text, peaks, flags = heard_text(hearing.heard), list(hearing.peaks), sound_flags(hearing.heard)

    def store(session: Session, now: datetime) -> None:
        store_transcript(session, recording_id, text, peaks, flags, now)

    return store


def _log_heard(recording_id: str, heard: Heard) -> None:
    _log.info(
        "worker.heard",
        recording=recording_id,
        seconds=round(heard.seconds, 1),
        rtf=round(heard.rtf, 3),
        words=len(heard.words),
        confidence=round(heard.confidence, 2),
    )

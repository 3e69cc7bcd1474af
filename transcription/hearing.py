"""A recording → what was heard in it: read, resample, recognise, measure, in one pass over the file."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from transcription.audio import Audio, resampled
from transcription.levels import LevelMeter
from transcription.recogniser import Recogniser, Samples
from transcription.values import Heard, mean_confidence


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """What was heard and the waveform's peaks (0–100, at most 800)."""

    heard: Heard
    peaks: tuple[int, ...]


def hear(
    audio: Audio,
    recogniser: Recogniser,
    *,
    beat: Callable[[], None] = lambda: None,
    monotonic: Callable[[], float] = time.perf_counter,
) -> Hearing:
    """Hear all of it. ``beat`` is called about once a second of speech; what it raises ends the hearing."""
    meter = LevelMeter(frames=audio.frames, rate=audio.rate)
    listening = recogniser.listen()
    worked = 0.0
    for piece in resampled(_metered(audio.pieces(), meter), audio.rate, recogniser.rate):
        beat()
        began = monotonic()
        listening.accept(piece)
        worked += monotonic() - began
    began = monotonic()
    recognised = listening.finish()
    worked += monotonic() - began
    heard = Heard(
        raw_text=recognised.text,
        words=recognised.words,
        confidence=mean_confidence(recognised.words),
        seconds=audio.seconds,
        decode_seconds=worked,
        model=recogniser.name,
        model_version=recogniser.version,
        starter=recogniser.starter,
        clipped=meter.clipped,
        silent=meter.silent,
    )
    return Hearing(heard=heard, peaks=meter.peaks())


def _metered(pieces: Iterator[Samples], meter: LevelMeter) -> Iterator[Samples]:
    for piece in pieces:
        meter.feed(piece)
        yield piece

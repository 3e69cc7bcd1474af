"""A recording → what was heard in it: read, resample, recognise, measure, in one pass over the file."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ivr.recordings.machine_tones import Mask, ToneMeter, either, mute
from ivr.recordings.music import MusicMeter
from transcription.audio import Audio, resampled
from transcription.doubt import is_doubtful
from transcription.levels import LevelMeter
from transcription.recogniser import Recognised, Recogniser, Samples
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
    """Hear all of it but the tones and the music of machines; where nothing else is to be heard, there is no text.

    ``beat`` is called at least once a second of sound, which is gone through twice; what it raises ends the hearing.
    """
    machines = _find_machines(audio, beat)
    meter = LevelMeter(frames=audio.frames, rate=audio.rate)
    listening = recogniser.listen()
    worked = 0.0
    for piece in resampled(_metered(audio, meter, machines), audio.rate, recogniser.rate):
        beat()
        began = monotonic()
        listening.accept(piece)
        worked += monotonic() - began
    began = monotonic()
    recognised = listening.finish()
    worked += monotonic() - began
    if meter.silent:
        recognised = Recognised(text="", words=())
    confidence = mean_confidence(recognised.words)
    heard = Heard(
        raw_text=recognised.text,
        words=recognised.words,
        confidence=confidence,
        seconds=audio.seconds,
        decode_seconds=worked,
        model=recogniser.name,
        model_version=recogniser.version,
        starter=recogniser.starter,
        clipped=meter.clipped,
        silent=meter.silent,
        machine=bool(machines.any()),
        doubtful=is_doubtful(recognised.words, confidence),
    )
    return Hearing(heard=heard, peaks=meter.peaks())


def _find_machines(audio: Audio, beat: Callable[[], None]) -> Mask:
    tones, music = ToneMeter(rate=audio.rate), MusicMeter(rate=audio.rate)
    for piece in audio.pieces():
        beat()
        tones.feed(piece)
        music.feed(piece)
    return either(tones.frames(), music.frames())


def _metered(audio: Audio, meter: LevelMeter, machines: Mask) -> Iterator[Samples]:
    """The recording without what machines sounded; the waveform shows them all the same."""
    at = 0
    for piece in audio.pieces():
        voice = mute(piece, at, audio.rate, machines)
        meter.feed(piece, voice)
        yield voice
        at += len(piece)

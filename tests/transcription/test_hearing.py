"""One pass over a recording: what the recogniser gets, what is measured, and that a beat can end it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from transcription.audio import open_audio_file
from transcription.hearing import hear
from transcription.recogniser import Recognised, Samples
from transcription.values import Heard, Word, mean_confidence

WORDS = (
    Word(text="đèn", start=0.1, end=0.4, confidence=1.0),
    Word(text="hỏng", start=0.4, end=0.9, confidence=0.5),
)


class CountingRecogniser:
    """Hears the same two words in everything and keeps what it was given."""

    rate = 16_000
    name = "counting"
    version = "7"
    starter = False

    def __init__(self) -> None:
        self.samples = 0

    def listen(self) -> "CountingRecogniser":
        return self

    def accept(self, samples: Samples) -> None:
        assert samples.dtype == np.int16
        self.samples += len(samples)

    def finish(self) -> Recognised:
        return Recognised(text="đèn hỏng", words=WORDS)


def test_everything_reaches_the_recogniser_at_its_rate(sox: Callable[..., Path]) -> None:
    path = sox("tone.wav", "-r", "8000", "-b", "16", effects=["synth", "3.5", "sine", "300", "gain", "-6"])
    recogniser = CountingRecogniser()
    ticks = iter(range(1_000))
    with open_audio_file(path) as audio:
        hearing = hear(audio, recogniser, monotonic=lambda: next(ticks) / 10)
    assert recogniser.samples / 16_000 == pytest.approx(3.5, abs=0.01)
    heard = hearing.heard
    assert (heard.raw_text, heard.words, heard.confidence) == ("đèn hỏng", WORDS, 0.75)
    assert (heard.model, heard.model_version, heard.starter) == ("counting", "7", False)
    assert heard.seconds == pytest.approx(3.5)
    assert heard.decode_seconds >= 0.4, "a tenth of a second for each piece and the end"
    assert heard.rtf == pytest.approx(heard.decode_seconds / 3.5)
    assert not heard.silent
    assert not heard.clipped
    assert max(hearing.peaks) == pytest.approx(50, abs=1)


@pytest.mark.parametrize(("beats", "heard"), [(2, 0), (5 + 2, 2)], ids=["while machines are looked for", "in hearing"])
def test_a_beat_may_end_it_in_either_pass(sox: Callable[..., Path], beats: int, heard: int) -> None:
    path = sox("tone.wav", "-r", "8000", "-b", "16", effects=["synth", "5", "sine", "300"])
    recogniser = CountingRecogniser()
    left = iter(range(beats))

    def beat() -> None:
        if next(left, None) is None:
            raise InterruptedError

    with open_audio_file(path) as audio, pytest.raises(InterruptedError):
        hear(audio, recogniser, beat=beat)
    assert recogniser.samples / 16_000 == pytest.approx(heard, abs=0.1)


def test_values_as_json() -> None:
    word = Word(text="đèn", start=0.123456, end=0.4, confidence=0.98765)
    assert word.as_dict() == {"text": "đèn", "start": 0.12, "end": 0.4, "confidence": 0.988}
    assert mean_confidence(()) == 0.0
    heard = Heard(
        raw_text="", words=(), confidence=0, seconds=0, decode_seconds=0, model="m", model_version="1", starter=True,
        clipped=False, silent=True,
    )  # fmt: skip
    assert heard.rtf == 0.0
    assert heard.as_dict()["starter"] is True

"""Tones of machines are kept apart from voices, and what is no voice becomes no words."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ivr.recordings import write_wav
from ivr.recordings.machine_tones import FRAME, ToneMeter, mute
from ivr.simulator.sounds import RATE, quiet, spoken, tone
from transcription.audio import open_audio_file
from transcription.hearing import Hearing, hear
from transcription.recogniser import Samples
from transcription.vosk_recogniser import VoskRecogniser

SENTENCE = "tôi muốn phản ánh đèn tín hiệu ở ngã tư hùng vương bị hỏng từ sáng nay"
VOICES = ["vi", "vi-vn-x-central", "vi-vn-x-south", "vi+f3", "vi+m7"]


def sine(seconds: float, *hertz: float, level: float = 4000) -> Samples:
    at = np.arange(round(seconds * RATE)) / RATE
    return sum(level * np.sin(2 * np.pi * each * at) for each in hertz).astype(np.int16)  # type: ignore[union-attr]


def cadence(on: float, off: float, *hertz: float, times: int = 6) -> Samples:
    return np.concatenate([sine(on, *hertz), quiet(off)] * times)


MACHINES = {
    "busy": cadence(0.5, 0.5, 425),
    "congestion": cadence(0.25, 0.25, 425, times=10),
    "short congestion": cadence(0.2, 0.3, 425, times=10),
    "ring-back": cadence(1.0, 4.0, 425, times=2),
    "two frequencies": cadence(0.5, 0.5, 480, 620),
    "dial tone": sine(3, 350, 440),
    "fax calling": cadence(0.5, 3.0, 1100, times=3),
    "fax answering": sine(3, 2100),
    "hold": cadence(0.3, 2.0, 425, times=4),
    "quiet busy": cadence(0.5, 0.5, 425) // 16,
}


def share(samples: Samples, piece: int = RATE) -> float:
    """Seconds that are taken for a machine's."""
    meter = ToneMeter(rate=RATE)
    for at in range(0, len(samples), piece):
        meter.feed(samples[at : at + piece])
    return float(meter.frames().sum()) * FRAME


@pytest.mark.parametrize("name", MACHINES)
@pytest.mark.parametrize("piece", [RATE, 777])
def test_every_machine_is_heard_whatever_the_pieces(name: str, piece: int) -> None:
    samples = MACHINES[name]
    sounding = float((np.abs(samples[: len(samples) // 160 * 160].reshape(-1, 160)).mean(axis=1) > 100).sum()) * FRAME
    assert share(samples, piece) == pytest.approx(sounding, rel=0.2)


@pytest.mark.parametrize("voice", VOICES)
def test_no_voice_is_taken_for_one(voice: str) -> None:
    reports = Path(__file__).parents[1] / "data" / "speech" / "reports.txt"
    for sentence in reports.read_text(encoding="utf-8").splitlines()[:12]:
        assert share(spoken(sentence, voice)) == 0.0, sentence


def test_neither_noise_nor_silence_nor_the_tone_of_our_own_citizens_is_one() -> None:
    noise = np.random.default_rng(1).normal(0, 3000, RATE * 10).astype(np.int16)
    for samples in (noise, quiet(10), tone(10), np.zeros(3, dtype=np.int16)):
        assert share(samples) == 0.0


def test_what_machines_sounded_is_muted_and_nothing_else() -> None:
    samples = np.concatenate([tone(2), MACHINES["busy"]])
    meter = ToneMeter(rate=RATE)
    meter.feed(samples)
    left = mute(samples, 0, RATE, meter.frames())
    assert (left[: 2 * RATE - 400] == samples[: 2 * RATE - 400]).all()
    assert np.abs(left[2 * RATE + 400 :].astype(int)).mean() < 50


@pytest.fixture
def heard(starter: VoskRecogniser, tmp_path: Path) -> Callable[[Samples], Hearing]:
    def listen(samples: Samples) -> Hearing:
        path = tmp_path / "a.wav"
        write_wav(path, samples)
        with open_audio_file(path) as audio:
            return hear(audio, starter)

    return listen


def test_the_busy_tone_after_a_report_adds_no_words(heard: Callable[[Samples], Hearing]) -> None:
    said = spoken(SENTENCE)
    alone = heard(said).heard
    followed = heard(np.concatenate([said, cadence(0.5, 0.5, 425, times=60)])).heard
    assert len(alone.words) > 8
    assert abs(len(followed.words) - len(alone.words)) <= 1
    assert followed.machine
    assert not alone.machine


def music(seconds: int) -> Samples:
    """A melody over chords that are held, as on hold."""
    chords = ((262, 330, 392), (220, 262, 330), (349, 440, 523), (392, 494, 587))
    bars = [sine(1, *chords[bar % 4], level=1500) + sine(1, (440, 523, 659)[bar % 3], 880) for bar in range(seconds)]
    return np.concatenate(bars)


def test_music_on_hold_after_a_report_adds_no_words(heard: Callable[[Samples], Hearing]) -> None:
    said = spoken(SENTENCE)
    alone = heard(said).heard
    followed = heard(np.concatenate([said, quiet(1), music(40)])).heard
    assert [word.text for word in followed.words][: len(alone.words)] == [word.text for word in alone.words]
    assert [word.text for word in followed.words if word.start > len(said) / RATE + 6] == []
    assert followed.machine


def test_of_music_alone_there_is_no_text(heard: Callable[[Samples], Hearing]) -> None:
    hearing = heard(music(30)[: -RATE // 3])
    assert (hearing.heard.raw_text, hearing.heard.words, hearing.heard.machine) == ("", (), True)
    assert hearing.heard.silent


@pytest.mark.parametrize("name", ["busy", "fax answering", "dial tone"])
def test_of_a_machine_alone_there_is_no_text(heard: Callable[[Samples], Hearing], name: str) -> None:
    hearing = heard(np.concatenate([MACHINES[name]] * 5))
    assert (hearing.heard.raw_text, hearing.heard.words) == ("", ())
    assert hearing.heard.silent
    assert hearing.heard.machine
    assert max(hearing.peaks) > 1, "the waveform shows it all the same"

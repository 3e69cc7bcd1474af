"""Music on hold is kept apart from voices: several kinds of music are found, no voice is taken for one."""

from pathlib import Path

import numpy as np
import pytest

from ivr.recordings.g711 import decode_alaw
from ivr.recordings.machine_tones import FRAME, either
from ivr.recordings.music import MusicMeter
from ivr.recordings.soundfiles import encode_alaw
from ivr.recordings.wav import Samples
from ivr.simulator.sounds import RATE, quiet, spoken, tone

VOICES = ["vi", "vi-vn-x-central", "vi-vn-x-south", "vi+f3", "vi+m7"]
MELODY = (440.0, 494.0, 523.0, 587.0, 659.0, 587.0, 523.0, 494.0)
CHORDS = ((262.0, 330.0, 392.0), (220.0, 262.0, 330.0), (349.0, 440.0, 523.0), (392.0, 494.0, 587.0))


def note(hertz: float, seconds: float, *, attack: float = 0.01, decay: float = 0.6, overtones: int = 5) -> np.ndarray:  # type: ignore[type-arg]
    """One note: overtones that grow weaker, a beginning, and an end that dies away."""
    at = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * hertz * n * at) / n for n in range(1, overtones + 1) if hertz * n < RATE / 2)
    shape = np.minimum(at / attack, 1.0) * np.exp(-at / decay)
    return np.asarray(wave * shape)


def levelled(wave: np.ndarray, level: float = 3000) -> Samples:  # type: ignore[type-arg]
    return np.asarray(wave * (level / np.abs(wave).mean()), dtype=np.float64).clip(-32000, 32000).astype(np.int16)


def melody_with_chords(seconds: float) -> Samples:
    bars = [
        sum(note(each, 2.0, decay=2.0) for each in CHORDS[bar % 4])
        + np.concatenate([note(MELODY[(bar * 3 + beat) % 8], 0.5) * 1.5 for beat in range(4)])
        for bar in range(round(seconds / 2))
    ]
    return levelled(np.concatenate(bars))


def strings(seconds: float) -> Samples:
    """Slow chords of several players who are never quite in tune."""
    bars = []
    for bar in range(round(seconds / 4)):
        players = [
            note(each * off, 4.0, attack=0.5, decay=20.0) for each in CHORDS[bar % 4] for off in (0.997, 1.0, 1.004)
        ]
        bars.append(sum(players))
    return levelled(np.concatenate(bars))  # type: ignore[arg-type]


def piano_arpeggio(seconds: float) -> Samples:
    out = np.zeros(round(seconds * RATE) + 4 * RATE)
    for number in range(round(seconds / 0.25)):
        chord = CHORDS[number // 8 % 4]
        sound = note(chord[number % 3] * (2 if number % 4 == 3 else 1), 2.0, decay=0.9)
        begin = round(number * 0.25 * RATE)
        out[begin : begin + len(sound)] += sound
    return levelled(out[: round(seconds * RATE)])


def organ(seconds: float) -> Samples:
    return levelled(np.concatenate([note(MELODY[n % 8], 1.0, decay=50.0, overtones=8) for n in range(round(seconds))]))


MUSIC = {"melody": melody_with_chords, "strings": strings, "arpeggio": piano_arpeggio, "organ": organ}


def found(samples: Samples, piece: int = RATE) -> float:
    """Seconds that are taken for music, on a line of A-law."""
    meter = MusicMeter(rate=RATE)
    heard = decode_alaw(encode_alaw(samples))
    for at in range(0, len(heard), piece):
        meter.feed(heard[at : at + piece])
    return float(meter.frames().sum()) * FRAME


def sentences() -> list[str]:
    reports = Path(__file__).parents[2] / "data" / "speech" / "reports.txt"
    return [line for line in reports.read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.mark.parametrize("name", MUSIC)
@pytest.mark.parametrize("piece", [RATE, 777])
def test_music_is_found_whatever_the_pieces(name: str, piece: int) -> None:
    assert found(MUSIC[name](24), piece) >= 20


@pytest.mark.parametrize("name", MUSIC)
def test_quiet_music_and_music_with_a_line_s_noise_is_music(name: str) -> None:
    noise = np.random.default_rng(1).normal(0, 60, 24 * RATE)
    assert found(MUSIC[name](24) // 8) >= 16
    assert found((MUSIC[name](24) + noise).astype(np.int16)) >= 16


@pytest.mark.parametrize("voice", VOICES)
def test_no_voice_is_music(voice: str) -> None:
    said = np.concatenate([spoken(sentence, voice) for sentence in sentences()[:12]])
    assert len(said) > 30 * RATE
    assert found(said) == 0.0
    hum = 800 * np.sin(2 * np.pi * 50 * np.arange(len(said)) / RATE)
    street = np.random.default_rng(1).normal(0, 700, len(said))
    for disturbed in (said + hum, said + street, said // 8):
        assert found(np.asarray(disturbed).clip(-32000, 32000).astype(np.int16)) == 0.0


def test_neither_noise_nor_silence_nor_the_tone_of_our_own_citizens_is_music() -> None:
    noise = np.random.default_rng(1).normal(0, 3000, RATE * 20).astype(np.int16)
    for samples in (noise, quiet(20), tone(20), np.zeros(3, dtype=np.int16)):
        assert found(samples) == 0.0


def test_what_is_said_before_and_after_music_is_not_taken_for_it() -> None:
    said = np.concatenate([spoken(sentence) for sentence in sentences()[:2]])
    samples = np.concatenate([said, melody_with_chords(20), said])
    meter = MusicMeter(rate=RATE)
    meter.feed(samples)
    music = np.flatnonzero(meter.frames()) * FRAME
    before, after = len(said) / RATE, (len(samples) - len(said)) / RATE
    assert music.min() >= before - 0.2
    assert music.max() <= after + 0.2
    assert len(music) * FRAME >= 12


def test_a_few_seconds_of_music_are_none() -> None:
    assert found(np.concatenate([quiet(3), melody_with_chords(6), quiet(3)])) == 0.0


def test_frames_of_either_end_with_none() -> None:
    assert list(either(np.array([True]), np.array([False, False, True]))) == [True, False, True, False]

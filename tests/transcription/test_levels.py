"""Silent, clipped and peaks, however the recording is cut into pieces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcription.levels import PEAKS, LevelMeter
from transcription.recogniser import Samples

RATE = 8_000


def _measured(samples: Samples, piece: int = RATE) -> LevelMeter:
    meter = LevelMeter(frames=len(samples), rate=RATE)
    for at in range(0, len(samples), piece):
        meter.feed(samples[at : at + piece])
    return meter


def _tone(seconds: float, amplitude: float) -> Samples:
    times = np.arange(int(RATE * seconds)) / RATE
    return np.clip(amplitude * 32_767 * np.sin(2 * np.pi * 300 * times), -32_256, 32_256).astype(np.int16)


def test_idle_line_is_silent() -> None:
    noise = np.random.default_rng(1).normal(0, 40, RATE * 3).astype(np.int16)
    meter = _measured(noise)
    assert meter.silent
    assert not meter.clipped


def test_steady_offset_is_silent() -> None:
    assert _measured(np.full(RATE * 2, 4_000, dtype=np.int16)).silent


def test_click_is_silent_and_a_word_is_not() -> None:
    line = np.zeros(RATE * 3, dtype=np.int16)
    line[:800] = _tone(0.1, 0.5)
    assert _measured(line).silent
    line[: RATE // 2] = _tone(0.5, 0.5)
    assert not _measured(line).silent


def test_loud_is_not_clipped_and_overdriven_is() -> None:
    assert not _measured(_tone(2, 0.95)).clipped
    assert _measured(_tone(2, 3.0)).clipped


def test_touching_the_ceiling_now_and_then_is_not_clipped() -> None:
    samples = _tone(2, 0.5)
    samples[::500] = 32_256
    assert not _measured(samples).clipped


def test_nothing_is_silent_and_without_peaks() -> None:
    meter = _measured(np.zeros(0, dtype=np.int16))
    assert meter.silent
    assert not meter.clipped
    assert meter.peaks() == ()


@pytest.mark.parametrize("seconds", [0.01, 1.0, 20.0, 120.0])
def test_peaks_are_few_and_follow_the_sound(seconds: float) -> None:
    samples = _tone(seconds, 0.5)
    samples[len(samples) // 2 :] = 0
    peaks = _measured(samples).peaks()
    assert 1 <= len(peaks) <= PEAKS
    assert all(0 <= peak <= 100 for peak in peaks)
    assert max(peaks[: len(peaks) // 2]) == pytest.approx(50, abs=1)
    assert set(peaks[len(peaks) // 2 + 1 :]) <= {0}


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 5_000), st.integers(1, 3_000))
def test_peaks_do_not_depend_on_the_pieces(frames: int, piece: int) -> None:
    samples = np.random.default_rng(frames).integers(-32_768, 32_767, frames, dtype=np.int16)
    assert _measured(samples, piece).peaks() == _measured(samples, frames).peaks()

"""Every rule about sound: what is heard, what is silence, what of it is a report. Each threshold is named here once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.recordings.takes import read_take
from ivr.recordings.wav import Samples

SOUNDING = 100
"""Mean magnitude of 16-bit samples from which 20 ms count as sound: −50 dBFS, above line noise, below a whisper.

``config/asterisk/dsp.conf`` gives Asterisk the same number, for the recordings that the dialplan makes alone.
"""
FAINT = 40
"""Mean magnitude from which 20 ms may be a voice too far away to be counted: −58 dBFS, above an idle line."""
LEAST_HEARD = 0.3
"""Seconds of sound below which it is a click and no word."""
WORTH_A_LOOK = 2.0
"""Seconds from which a take that holds no report, but faint sound, is kept for a person."""
SHORTFALL = 1.0
"""Seconds a file may be shorter than its recording took; lines that send nothing in silence make some."""

_FRAME = 0.02
"""Seconds that are judged together."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What is on disk: whole length by samples, how much of it is sound, how much at least faint, how much silence
    comes at its end (all in seconds), and whether the header still says 0 (its writer died)."""

    seconds: float
    sounding: float
    faint: float
    quiet: float
    torn: bool

    def is_report(self, minimum: float) -> bool:
        """Whether somebody spoke: at least ``minimum`` seconds, a quarter of that (at most 0.5 s) of it sound."""
        return self.seconds >= minimum and self.sounding >= min(0.5, minimum / 4)

    @property
    def adds(self) -> bool:
        """Whether it adds something to a report that has an earlier take: any word at all."""
        return self.sounding >= LEAST_HEARD

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should listen before it goes: long enough, and not silent through and through."""
        return self.seconds >= WORTH_A_LOOK and self.faint >= LEAST_HEARD


def measure(path: Path) -> Measured:
    """Measure a take, one still being written too; raises NotAudio, FileNotFoundError."""
    samples, rate, torn = read_take(path)
    levels = loudness(samples, rate)
    seconds, sounding = len(samples) / rate, np.flatnonzero(levels >= SOUNDING)
    return Measured(
        seconds=seconds,
        sounding=len(sounding) * _FRAME,
        faint=float((levels >= FAINT).sum()) * _FRAME,
        quiet=seconds - (int(sounding[-1]) + 1) * _FRAME if len(sounding) else seconds,
        torn=torn,
    )


def heard_seconds(samples: Samples, rate: int) -> float:
    """Seconds of it that are sound."""
    return float((loudness(samples, rate) >= SOUNDING).sum()) * _FRAME


def silence_at_end(samples: Samples, rate: int) -> float | None:
    """Seconds since the last sound; None where there is none in it."""
    sounding = np.flatnonzero(loudness(samples, rate) >= SOUNDING)
    return None if not len(sounding) else len(samples) / rate - (int(sounding[-1]) + 1) * _FRAME


def loudness(samples: Samples, rate: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Mean magnitude of each whole 20 ms, about their own mean: a steady offset of the line is no sound."""
    width = max(1, round(rate * _FRAME))
    frames = samples[: len(samples) // width * width].reshape(-1, width).astype(np.int32)
    means = frames.sum(axis=1, keepdims=True, dtype=np.int32) / width  # 0.06 ms a block of 4 s; by mean() it is 0.10
    frames -= means.astype(np.int32)
    magnitudes: np.ndarray[tuple[int], np.dtype[np.float64]] = np.abs(frames).sum(axis=1, dtype=np.int32) / width
    return magnitudes

"""Music on hold in a recording, apart from a voice: four seconds of it are judged at a time.

A voice stops between syllables and words, five times a second or so, and its frequencies glide; music goes on, and the
frequencies of a note stand still. No voice that was measured has all three marks at once, or for eight seconds
(docs/transcription.md).
"""

from dataclasses import dataclass, field

import numpy as np

from ivr.recordings.machine_tones import FRAME, Mask
from ivr.recordings.sound import SOUNDING
from ivr.recordings.wav import Samples

SPAN = 4.0
"""Seconds that are judged together."""
_EVERY = 1.0
"""Seconds from one judgement to the next."""
_LEAST = 8.0
"""Seconds of music in a row below which there is none."""
_MARGIN = 2.0
"""Seconds next to what is no music that are left out: what begins in them may be a voice."""
_WINDOW = 0.064
_LOWEST, _HIGHEST = 300.0, 3400.0
"""Hz of a telephone line."""
_NOTE = 0.24
"""Seconds a frequency stands still in a note."""
_LEAST_NOTES = 0.5
"""Share of the sound that stands still: voices have at most 0.41."""
_STANDS_OUT = 6.3
"""Times that a note's power exceeds the median of the frequencies beside it (8 dB)."""
_PAUSE = 0.25
"""Share of the mean level below which there is a pause."""
_MOST_PAUSES = 0.12
"""Share of the time that is pauses: in voices at least 0.19."""
_SYLLABLES = (2.5, 10.0)
"""Hz at which syllables come."""
_MOST_SYLLABLES = 0.5
"""How much the level goes up and down at that pace, as a share of its square: voices have at least 0.7."""

_Power = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(kw_only=True)
class MusicMeter:
    """Fed every piece of a recording at ``rate``; asked once at the end which frames are music."""

    rate: int
    _waiting: Samples = field(default_factory=lambda: np.zeros(0, dtype=np.int16))
    _judged: list[bool] = field(default_factory=list)

    def feed(self, piece: Samples) -> None:
        """Take the next piece; pieces may have any length."""
        self._waiting = np.concatenate([self._waiting, piece])
        span, step = round(SPAN * self.rate), round(_EVERY * self.rate)
        while len(self._waiting) >= span:
            self._judged.append(_is_music(self._waiting[:span], self.rate))
            self._waiting = self._waiting[step:]

    def frames(self) -> Mask:
        """For each :data:`~ivr.recordings.machine_tones.FRAME`, whether it is music.

        What is next to something else is left out (:data:`_MARGIN`).
        """
        seconds = np.zeros(len(self._judged) + round(SPAN / _EVERY) - 1, dtype=np.bool_)
        for at, music in enumerate(self._judged):
            if music:
                seconds[at : at + round(SPAN / _EVERY)] = True
        margin = round(_MARGIN / _EVERY)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], seconds, [False]]).astype(np.int8)))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            if (end - begin) * _EVERY < _LEAST:
                seconds[begin:end] = False
            else:
                seconds[begin : begin + margin * bool(begin)] = False
                seconds[end - margin * (end < len(seconds)) : end] = False
        rest = np.full(round(_EVERY / FRAME), seconds[-1])  # the part of a second in which the recording ends
        mask: Mask = np.concatenate([np.repeat(seconds, round(_EVERY / FRAME)), rest])
        return mask


def _is_music(samples: Samples, rate: int) -> bool:
    if np.abs(samples.astype(np.int32)).mean() < SOUNDING:
        return False
    power = _power(samples, rate)
    level = np.sqrt(power.sum(axis=1))
    mean = level.mean()
    if (level < _PAUSE * mean).mean() > _MOST_PAUSES or _syllables(level / mean) > _MOST_SYLLABLES:
        return False
    return float((level * _notes(power)).sum() / level.sum()) >= _LEAST_NOTES


def _power(samples: Samples, rate: int) -> _Power:
    """Power by frames and frequencies of the line."""
    window, step = round(_WINDOW * rate), round(FRAME * rate)
    windows = np.lib.stride_tricks.sliding_window_view(samples, window)[::step].astype(np.float64)
    power: _Power = np.abs(np.fft.rfft(windows * np.hanning(window), axis=1)) ** 2
    return power[:, round(_LOWEST * _WINDOW) : round(_HIGHEST * _WINDOW)] + 1.0


def _syllables(level: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Power of the level's changes at the pace of syllables; the mean level is 1."""
    changes = np.abs(np.fft.rfft(level - 1.0)) ** 2
    hertz = np.fft.rfftfreq(len(level), FRAME)
    at_pace = (hertz >= _SYLLABLES[0]) & (hertz <= _SYLLABLES[1])
    return float(changes[at_pace].sum()) * 4 / len(level) ** 2


def _notes(power: _Power) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """For each frame the share of its power in frequencies that stand out, and stand still for :data:`_NOTE`."""
    peaks = np.zeros(power.shape, dtype=np.bool_)
    inner = power[:, 2:-2]
    peaks[:, 2:-2] = (inner >= power[:, 1:-3]) & (inner >= power[:, 3:-1])
    peaks &= power > _STANDS_OUT * np.median(power, axis=1, keepdims=True)
    near = peaks.copy()
    near[:, 1:] |= peaks[:, :-1]
    near[:, :-1] |= peaks[:, 1:]
    lasting, runs = round(_NOTE / FRAME), np.zeros(power.shape, dtype=np.int32)
    for at in range(len(runs)):
        runs[at] = np.where(near[at], (runs[at - 1] if at else 0) + 1, 0)
    still = runs >= lasting
    for at in range(len(still) - 2, -1, -1):  # a note stands still from its beginning
        still[at] |= near[at] & still[at + 1]
    share: np.ndarray[tuple[int], np.dtype[np.float64]] = (power * still).sum(axis=1) / power.sum(axis=1)
    return share

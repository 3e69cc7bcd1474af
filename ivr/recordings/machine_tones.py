"""Tones of machines in a recording: busy, congestion, ring-back, fax, hold. What is none of a voice becomes no words.

A tone has nearly all of its power in one or two frequencies that stand still; a voice has many, and they move.
"""

from dataclasses import dataclass, field

import numpy as np

from ivr.recordings.sound import SOUNDING
from ivr.recordings.wav import Samples

FRAME = 0.02
"""Seconds that are judged together."""
_WINDOW = 0.04
_PURE = 0.88
"""Share of a window's power that one or two frequencies must have."""
_STANDS_STILL = 25.0
"""Hz that the strongest frequency may move from one frame to the next."""
_LEAST_RUN = 0.16
"""Seconds a tone lasts at least: the short one of congestion has 0.2."""
LEAST_SECONDS = 0.6
"""Seconds of tones from which it is a machine: a key that was pressed, or a held vowel, is shorter."""
_LOWEST, _HIGHEST = 340.0, 2300.0
"""Hz between which the tones of telephone machines lie; a mains hum and a line's hiss lie outside."""

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(kw_only=True)
class ToneMeter:
    """Fed every piece of a recording at ``rate``; asked once at the end which frames are a machine's."""

    rate: int
    _waiting: Samples = field(default_factory=lambda: np.zeros(0, dtype=np.int16))
    _peaks: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = field(default_factory=list)

    def feed(self, piece: Samples) -> None:
        """Take the next piece; pieces may have any length."""
        step, window = self._step, round(self.rate * _WINDOW)
        waiting = np.concatenate([self._waiting, piece])
        count = (len(waiting) - window) // step + 1
        if len(waiting) < window:
            self._waiting = waiting
            return
        windows = np.lib.stride_tricks.sliding_window_view(waiting, window)[::step][:count]
        self._peaks.append(_pure_tones(windows, self.rate))
        self._waiting = waiting[count * step :]

    def frames(self) -> Mask:
        """For each :data:`FRAME` of the recording, whether a machine is heard in it; all False without machines."""
        peaks = np.concatenate([*self._peaks, np.zeros(1)])
        pure = peaks > 0
        goes_on = np.zeros_like(pure)
        goes_on[1:] = pure[1:] & pure[:-1] & (np.abs(np.diff(peaks)) <= _STANDS_STILL)
        run = np.cumsum(~goes_on)
        lengths = np.bincount(run)
        mask: Mask = pure & (lengths[run] * FRAME >= _LEAST_RUN)
        mask[1:] |= mask[:-1]  # the last window of a run reaches one frame further
        return mask if mask.sum() * FRAME >= LEAST_SECONDS else np.zeros_like(mask)

    @property
    def _step(self) -> int:
        return max(1, round(self.rate * FRAME))


def either(first: Mask, second: Mask) -> Mask:
    """The frames of one or the other; none after the end of the longer."""
    mask = np.zeros(max(len(first), len(second)) + 1, dtype=np.bool_)
    mask[: len(first)] |= first
    mask[: len(second)] |= second
    return mask


def mute(piece: Samples, first_sample: int, rate: int, frames: Mask) -> Samples:
    """The piece, which begins at ``first_sample`` of the recording, without what machines sounded in it."""
    if not frames.any():
        return piece
    places = (first_sample + np.arange(len(piece))) // max(1, round(rate * FRAME))
    return np.where(frames[np.minimum(places, len(frames) - 1)], 0, piece).astype(np.int16)


def surely_no_machine(samples: Samples, rate: int) -> Mask:
    """The frames that are a machine's in no recording, whatever comes before and after.

    Nothing is said of the first and of the last one: it takes the frames beside them.
    """
    window, step = round(rate * _WINDOW), max(1, round(rate * FRAME))
    if len(samples) < window:
        return np.zeros(0, dtype=np.bool_)
    other = _pure_tones(np.lib.stride_tricks.sliding_window_view(samples, window)[::step], rate) == 0
    mask: Mask = np.concatenate([[False], other[1:] & other[:-1]])
    return mask


def _pure_tones(
    windows: np.ndarray[tuple[int, int], np.dtype[np.int16]], rate: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The strongest frequency of each window that holds a pure tone or two, else 0."""
    width = windows.shape[1]
    loud = np.flatnonzero(np.abs(windows.astype(np.int32)).sum(axis=1) >= SOUNDING * width)
    found = np.zeros(len(windows))
    if not len(loud):
        return found
    spectrum = np.fft.rfft(windows[loud] * np.hanning(width), axis=1)
    edge = np.zeros((len(loud), 2))  # so that a peak at either end has neighbours
    power = np.hstack([edge, spectrum.real**2 + spectrum.imag**2, edge])
    rows = np.arange(len(power))[:, np.newaxis]
    hertz = (power.argmax(axis=1) - 2) * (rate / width)
    total = np.maximum(power.sum(axis=1), 1.0)
    share = np.zeros(len(power))
    for _ in range(2):
        peak = power.argmax(axis=1)[:, np.newaxis].clip(2, power.shape[1] - 3) + np.arange(-2, 3)
        share += power[rows, peak].sum(axis=1)
        power[rows, peak] = 0.0
    pure = (share >= _PURE * total) & (hertz >= _LOWEST) & (hertz <= _HIGHEST)
    found[loud] = np.where(pure, hertz, 0.0)
    return found

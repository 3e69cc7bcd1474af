"""What callers hear while they wait: a quiet tune on plucked strings, made here.

Five tones, as in much Vietnamese music, at a telephone's 8 kHz. A string is its harmonics, of which the higher ones are
weaker and die sooner.
"""

import numpy as np
from numpy.typing import NDArray

RATE = 8000
BEAT = 0.75
"""Seconds."""
LEVEL = -27.0
"""dBFS (RMS): below the voices of the prompts, which are at -20."""
_LOWEST = 196.0
"""Hz of the first tone (G): a telephone line carries little below 300."""
_TONES = (0, 3, 5, 7, 10)
"""Half tones above it, in each octave."""
_HARMONICS = 6
_RING = 3.0
"""Seconds that a string is heard …"""
_FADES = 0.8
"""… of which its lowest harmonic falls to a third in so many."""
_PLUCK = 0.008
"""Seconds in which it begins."""
_MELODY = (
    (5, 1), (7, 1), (8, 2), (9, 1), (8, 1), (7, 2), (5, 1), (6, 1), (7, 1), (5, 1), (4, 4),
    (7, 1), (8, 1), (9, 2), (10, 1), (9, 1), (8, 2), (7, 1), (8, 1), (6, 1), (7, 1), (5, 4),
    (10, 2), (9, 1), (8, 1), (9, 2), (7, 2), (8, 1), (7, 1), (6, 1), (5, 1), (6, 4),
    (5, 1), (7, 1), (8, 2), (7, 1), (6, 1), (5, 2), (4, 1), (5, 1), (6, 1), (4, 1), (5, 4),
)  # fmt: skip
"""(tone from the lowest on, beats)."""
_BASS = (0, 2, 3, 2, 0, 3, 1, 0)
"""One tone each eight beats."""

Samples = NDArray[np.float64]


def compose() -> Samples:
    """The whole tune, which goes on from its beginning without a break; the same at every call."""
    beats = sum(length for _tone, length in _MELODY)
    tune = np.zeros(round(beats * BEAT * RATE))
    at = 0
    for tone, length in _MELODY:
        _add(tune, _string(tone), at * BEAT)
        at += length
    for number in range(beats // 8):
        _add(tune, 0.7 * _string(_BASS[number % len(_BASS)]), number * 8 * BEAT)
    return tune * 10 ** (LEVEL / 20) / float(np.sqrt(np.mean(tune**2)))


def _string(tone: int) -> Samples:
    octave, step = divmod(tone, len(_TONES))
    hertz = _LOWEST * 2 ** (octave + _TONES[step] / 12)
    time = np.arange(round(_RING * RATE)) / RATE
    sound = np.zeros(len(time))
    for harmonic in range(1, _HARMONICS + 1):
        fading = np.exp(-time * harmonic**0.7 / _FADES)
        sound += fading * np.sin(2 * np.pi * hertz * harmonic * time) / harmonic**1.6
    return sound * np.minimum(time / _PLUCK, 1) * np.minimum((_RING - time) / 0.1, 1)


def _add(tune: Samples, sound: Samples, at: float) -> None:
    """Beyond the end it is heard in the beginning: the tune goes round."""
    places = (round(at * RATE) + np.arange(len(sound))) % len(tune)
    np.add.at(tune, places, sound)

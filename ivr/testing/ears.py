"""Where a built sound is in what a caller heard: by normalised correlation, 1 is the same.

Imported by tests alone.
"""

import wave
from pathlib import Path

import numpy as np

from ivr.simulator.sounds import RATE, Samples

Fit = np.ndarray[tuple[int], np.dtype[np.float64]]
QUIET = 1e3
"""Loudness below which what was heard resembles nothing (the root of a sum of squares)."""


def read_sound(path: Path | str, seconds: float = 600.0) -> Samples:
    """The beginning of a built sound, whose name may stand without its ending."""
    name = str(path).removesuffix(".wav")
    with wave.open(f"{name}.wav", "rb") as file:
        return np.frombuffer(file.readframes(round(seconds * RATE)), dtype="<i2")


def fit(heard: Samples | Fit, sound: Samples | Fit) -> Fit:
    """How well ``sound`` fits at each place of ``heard`` in which it has room; empty where it has none."""
    if len(heard) < len(sound):
        return np.zeros(0)
    stream, wanted = heard.astype(np.float64), sound.astype(np.float64)
    size = 1 << (len(stream) + len(wanted)).bit_length()  # a length that transforms quickly
    products = np.fft.irfft(np.fft.rfft(stream, size) * np.conj(np.fft.rfft(wanted, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(stream**2)])
    places = len(stream) - len(wanted) + 1
    loud = np.sqrt((energy[len(wanted) :] - energy[:places]) * float((wanted**2).sum()))
    return np.asarray(products[:places] / np.maximum(loud, QUIET))


def find(heard: Samples | Fit, sound: Samples | Fit) -> tuple[int, float]:
    """Where ``sound`` fits best, and how well; (0, 0.0) where it has no room."""
    fits = fit(heard, sound)
    place = int(fits.argmax()) if len(fits) else 0
    return place, float(fits[place]) if len(fits) else 0.0


def find_first(heard: Samples | Fit, sound: Samples | Fit, alike: float) -> int | None:
    """The first place at which ``sound`` fits at least as well as ``alike``; None where it never does."""
    fits = fit(heard, sound)
    good = np.flatnonzero(fits >= alike)
    if not len(good):
        return None
    start = int(good[0])
    return start + int(fits[start : start + len(sound)].argmax())

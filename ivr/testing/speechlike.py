"""Recordings that sound and look like speech without any words in them, and their waveform."""

import wave
from pathlib import Path

import numpy as np

RATE = 8000
"""Samples a second."""


def write_speech(path: Path, words: int, *, seed: int) -> list[tuple[float, float]]:
    """A WAV that sounds and looks like ``words`` words with pauses; returns their times in seconds."""
    chance = np.random.default_rng(seed)
    pieces, times, at = [np.zeros(RATE // 2)], [], 0.5
    for index in range(words):
        length = int(RATE * (0.22 + 0.16 * chance.random()))
        shape = np.hanning(length) * (0.35 + 0.65 * chance.random())
        tone = np.sin(2 * np.pi * (130 + 60 * chance.random()) * np.arange(length) / RATE)
        pieces.append(shape * (0.7 * tone + 0.3 * chance.standard_normal(length)) * 12000)
        times.append((round(at, 2), round(at + length / RATE, 2)))
        pause = int(RATE * (1.4 if index % 11 == 10 else 0.05))
        pieces.append(np.zeros(pause))
        at += (length + pause) / RATE
    samples = np.concatenate(pieces).clip(-32000, 32000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return times


def peaks_of(path: Path) -> list[int]:
    """800 values 0–100, as the worker makes them."""
    with wave.open(str(path), "rb") as file:
        samples = np.abs(np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float))
    parts = np.array_split(samples, 800)
    top = max(samples.max(), 1)
    return [int(100 * part.max() / top) if len(part) else 0 for part in parts]

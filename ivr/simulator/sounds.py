"""What a citizen sounds like: tones and synthetic speech, 8 kHz, as samples and as A-law."""

import math
import shutil
import subprocess
import wave
from functools import lru_cache
from pathlib import Path

import numpy as np

from ivr.errors import TongdaiError
from ivr.words import tr

RATE = 8000
Samples = np.ndarray[tuple[int], np.dtype[np.int16]]


class NoVoice(TongdaiError):
    """The synthetic voice is not installed."""


def tone(seconds: float) -> Samples:
    """A voice-like tone that rises and falls: nobody takes it for silence or for a key."""
    at = np.arange(round(seconds * RATE)) / RATE
    loud = 0.35 + 0.15 * np.sin(2 * math.pi * 3 * at)
    return np.asarray(loud * np.sin(2 * math.pi * 311 * at) * 20000, dtype=np.int16)


def quiet(seconds: float) -> Samples:
    """Silence."""
    return np.zeros(round(seconds * RATE), dtype=np.int16)


@lru_cache(maxsize=64)
def spoken(sentence: str, voice: str = "vi") -> Samples:
    """A sentence of the synthetic voice; :class:`NoVoice` where espeak-ng or sox is missing."""
    if shutil.which("espeak-ng") is None or shutil.which("sox") is None:
        raise NoVoice(
            tr("Thiếu espeak-ng hoặc sox. Cài: sudo apt-get install espeak-ng sox", "No espeak-ng or sox installed.")
        )
    said = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", "150", "--stdout", sentence], capture_output=True, check=True
    ).stdout
    raw = subprocess.run(
        ["sox", "-t", "wav", "--ignore-length", "-", "-r", str(RATE), "-c", "1", "-b", "16", "-t", "raw", "-"],
        input=said,
        capture_output=True,
        check=True,
    ).stdout
    return np.frombuffer(raw, dtype="<i2")


def write_wav(path: Path, samples: Samples) -> None:
    """As Asterisk writes a finished recording."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def to_alaw(samples: Samples) -> bytes:
    """G.711 A-law."""
    return bytes(_TO_ALAW[samples.view(np.uint16)].tobytes())


def from_alaw(data: bytes) -> Samples:
    """The samples behind G.711 A-law."""
    return np.asarray(_FROM_ALAW[np.frombuffer(data, dtype=np.uint8)], dtype=np.int16)


def _decode_table() -> Samples:
    """ITU-T G.711: sign, three bits of exponent, four of mantissa, even bits inverted."""
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.int16)


def _encode_table() -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """For each 16-bit sample the code whose value is nearest."""
    order = np.argsort(_FROM_ALAW, kind="stable")
    values = _FROM_ALAW[order].astype(np.int32)
    every = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    place = np.searchsorted(values, every).clip(1, 255)
    nearer = np.where(every - values[place - 1] <= values[place] - every, place - 1, place)
    return order[nearer].astype(np.uint8)


_FROM_ALAW = _decode_table()
_TO_ALAW = _encode_table()

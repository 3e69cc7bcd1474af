"""What a citizen sounds like: tones and synthetic speech, 8 kHz, as samples and as A-law."""

import math
import shutil
import subprocess
from functools import lru_cache

import numpy as np

from ivr.errors import TongdaiError
from ivr.recordings.soundfiles import decode_alaw as from_alaw
from ivr.recordings.soundfiles import encode_alaw as to_alaw
from ivr.recordings.wav import TELEPHONE_RATE as RATE
from ivr.recordings.wav import Samples, write_wav
from ivr.words import tr

__all__ = ["RATE", "NoVoice", "Samples", "from_alaw", "quiet", "spoken", "to_alaw", "tone", "write_wav"]


class NoVoice(TongdaiError):
    """The synthetic voice is not installed."""


def tone(seconds: float) -> Samples:
    """A voice-like tone that rises and falls: it is not taken for silence or for a key."""
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

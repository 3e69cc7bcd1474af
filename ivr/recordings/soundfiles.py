"""Sound files of every kind through libsndfile; the only importer of soundfile, which takes 60 ms to load.

Not imported by the package itself: the FastAGI server needs recordings, but no decoder.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import soundfile

from ivr.recordings.wav import TELEPHONE_RATE, Samples

ALAW = "ALAW"
"""libsndfile's name of G.711 A-law, what carriers send."""
_FLOATING = frozenset({"FLOAT", "DOUBLE"})


class Unreadable(Exception):  # internal: who knows the file's name says it to people
    """libsndfile cannot open or read this sound."""


class Sound:
    """An opened sound: ``rate`` in samples a second, ``frames`` of them (all channels count once)."""

    def __init__(self, open_it: Callable[[], soundfile.SoundFile]) -> None:
        """``open_it`` opens it from its beginning; raises as libsndfile does."""
        self._open = open_it
        self._read = False
        file = self._file = open_it()
        self.rate: int = file.samplerate
        self.channels: int = file.channels
        self.frames: int = file.frames

    def rewind(self) -> None:
        """Begin again with the first frame; opened afresh, for some encodings cannot be sought in."""
        if self._read:
            self._file.close()
            self._file, self._read = self._open(), False

    def close(self) -> None:
        """The file it was opened from stays open."""
        self._file.close()

    def read(self, frames: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
        """The next frames, one row each; fewer at the end, none after it. Raises :class:`Unreadable`."""
        self._read = True
        if self._file.subtype in _FLOATING:  # libsndfile's 16-bit reading takes those for silence
            loud = np.clip(np.nan_to_num(self._next(frames, "float64")), -1.0, 1.0) * np.iinfo(np.int16).max
            block: np.ndarray[tuple[int, int], np.dtype[np.int16]] = loud.astype(np.int16)
        else:
            block = self._next(frames, "int16")
        return block

    def read_whole(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Every frame of a sound of which none was read, one row each, full scale 1. Raises :class:`Unreadable`."""
        block: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.nan_to_num(self._next(self.frames, "float64"))
        return block

    def _next(self, frames: int, kind: str) -> Any:
        try:
            return self._file.read(frames, dtype=kind, always_2d=True)
        except soundfile.LibsndfileError as error:
            raise Unreadable(_reason(error)) from error


@contextmanager
def open_sound(file: BinaryIO, *, headerless: str = "") -> Iterator[Sound]:
    """Open a seekable file; ``headerless`` names the encoding of 8 kHz mono without a header. Raises Unreadable."""
    given = _headerless(headerless) if headerless else {}

    def open_it() -> soundfile.SoundFile:
        file.seek(0)
        return soundfile.SoundFile(file, **given)

    try:
        sound = Sound(open_it)
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        raise Unreadable(_reason(error)) from error
    try:
        yield sound
    finally:
        sound.close()


def encode_alaw(samples: Samples) -> bytes:
    """8 kHz samples as G.711 A-law, one byte each."""
    out = io.BytesIO()
    soundfile.write(out, samples, TELEPHONE_RATE, format="RAW", subtype=ALAW)
    return out.getvalue()


def decode_alaw(data: bytes) -> Samples:
    """The samples behind G.711 A-law."""
    samples: Samples
    samples, _ = soundfile.read(io.BytesIO(data), dtype="int16", **_headerless(ALAW))
    return samples


def _reason(error: Exception) -> str:
    """What is wrong, without the object in memory that libsndfile was given."""
    return str(getattr(error, "error_string", error)).strip().rstrip(".")


def _headerless(encoding: str) -> dict[str, str | int]:
    return {"format": "RAW", "subtype": encoding, "samplerate": TELEPHONE_RATE, "channels": 1}

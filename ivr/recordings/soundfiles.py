"""Sound files of every kind through libsndfile; the only importer of soundfile, which takes 60 ms to load.

Not imported by the package itself: the FastAGI server needs recordings, but no decoder.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
import soundfile

from ivr.recordings.wav import TELEPHONE_RATE, Samples

ALAW = "ALAW"
"""libsndfile's name of G.711 A-law, what carriers send."""


class Unreadable(Exception):  # internal: who knows the file's name says it to people
    """libsndfile cannot open or read this sound."""


class Sound:
    """An opened sound: ``rate`` in samples a second, ``frames`` of them (all channels count once)."""

    def __init__(self, file: soundfile.SoundFile) -> None:
        self._file = file
        self.rate: int = file.samplerate
        self.channels: int = file.channels
        self.frames: int = file.frames

    def rewind(self) -> None:
        """Begin again with the first frame."""
        self._file.seek(0)

    def read(self, frames: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
        """The next frames, one row each; fewer at the end, none after it. Raises :class:`Unreadable`."""
        try:
            block: np.ndarray[tuple[int, int], np.dtype[np.int16]] = self._file.read(
                frames, dtype="int16", always_2d=True
            )
        except soundfile.LibsndfileError as error:
            raise Unreadable(str(error)) from error
        return block

    def read_whole(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Every frame of a sound of which none was read, one row each, full scale being 1. Raises :class:`Unreadable`.

        Also right for files that hold floating-point samples, which 16-bit reading takes for silence.
        """
        try:
            block: np.ndarray[tuple[int, int], np.dtype[np.float64]] = self._file.read(
                self.frames, dtype="float64", always_2d=True
            )
        except soundfile.LibsndfileError as error:
            raise Unreadable(str(error)) from error
        return block


@contextmanager
def open_sound(file: BinaryIO, *, headerless: str = "") -> Iterator[Sound]:
    """Open a seekable file; ``headerless`` names the encoding of 8 kHz mono without a header. Raises Unreadable."""
    given = _headerless(headerless) if headerless else {}
    try:
        opened = soundfile.SoundFile(file, **given)
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        raise Unreadable(str(error)) from error
    with opened:
        yield Sound(opened)


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


def _headerless(encoding: str) -> dict[str, str | int]:
    return {"format": "RAW", "subtype": encoding, "samplerate": TELEPHONE_RATE, "channels": 1}

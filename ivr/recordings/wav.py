"""WAV files: their headers read, written and put right, and how much of a recording is sound."""

import os
import struct
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ivr.durable import replace
from ivr.errors import TongdaiError
from ivr.words import tr

TELEPHONE_RATE = 8000
"""Samples a second of everything Asterisk records for us."""
WRITTEN_HEADER = 44
"""Bytes before the samples in what Asterisk and :func:`write_wav` write; other writers may put more there."""
SOUNDING = 100
"""Mean magnitude of 16-bit samples from which 20 ms count as sound: −50 dBFS, above line noise, below a whisper.

A citizen's report is kept or thrown away by it, so it errs towards sound. ``transcription/levels.py`` asks something
else (is there a word in it?) by another measure: the power of 20 ms without its steady offset, from −48 dB.
"""

_FRAME = 160
"""Samples of 20 ms at 8 kHz."""
_PCM = 1
_UNKNOWN = (0, 0xFFFFFFFF)
"""Lengths that stand in a header whose writer has not closed the file."""
_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")

Samples = np.ndarray[tuple[int], np.dtype[np.int16]]


class NotAudio(TongdaiError):
    """The file is no 16-bit mono PCM WAV: nothing Asterisk would have written for us."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What stands before the samples; numbers of the format are 0 where the header does not say them."""

    encoding: int
    """1 is PCM, 6 A-law, 7 µ-law, 49 GSM."""
    channels: int
    rate: int
    bits: int
    start: int
    """Byte at which the samples begin."""
    length: int
    """Bytes of samples, as the header says; it may lie."""

    def is_torn(self, here: int) -> bool:
        """Whether the header is wrong about the ``here`` bytes that follow: its writer died, or they were cut off."""
        return self.length in _UNKNOWN or self.length > here


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What is on disk: whole length by samples, how much of it is louder than line noise, and whether the header
    still says 0 (its writer died)."""

    seconds: float
    sounding: float
    torn: bool

    def is_report(self, minimum: float) -> bool:
        """Whether somebody spoke: at least ``minimum`` seconds, a quarter of that (at most 0.5 s) of it sound."""
        return self.seconds >= minimum and self.sounding >= min(0.5, minimum / 4)


def read_header(content: bytes) -> Header | None:
    """The header at the beginning of ``content``; None where there is none, or no chunk of samples."""
    if len(content) < _RIFF.size or content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    encoding = channels = rate = bits = 0
    at = _RIFF.size
    while at + _CHUNK.size <= len(content):
        name, length = _CHUNK.unpack_from(content, at)
        at += _CHUNK.size
        if name == b"data":
            return Header(encoding=encoding, channels=channels, rate=rate, bits=bits, start=at, length=length)
        if name == b"fmt " and at + _FORMAT.size <= len(content):
            encoding, channels, rate, _, _, bits = _FORMAT.unpack_from(content, at)
        at += length + length % 2
    return None


def true_head(head: bytes, header: Header, here: int) -> bytes:
    """Everything before the samples, with both lengths true for ``here`` bytes of samples."""
    riff = _RIFF.pack(b"RIFF", min(header.start + here - 8, 0xFFFFFFFF), b"WAVE")
    data = _CHUNK.pack(b"data", min(here, 0xFFFFFFFF))
    return riff + head[_RIFF.size : header.start - _CHUNK.size] + data


def write_wav(file: Path | BinaryIO, samples: Samples, rate: int = TELEPHONE_RATE) -> None:
    """Write 16-bit mono samples, as Asterisk does when it finishes a recording."""
    with wave.open(str(file) if isinstance(file, Path) else file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.astype("<i2", copy=False).tobytes())


def read_samples(path: Path, content: bytes) -> tuple[Samples, int, bool]:
    """Samples of a recording, their rate, and whether its header is torn; ``path`` is for :class:`NotAudio` alone."""
    header = _recording_header(path, content)
    here = len(content) - header.start
    torn = header.is_torn(here)
    length = here if torn else header.length
    return np.frombuffer(content, dtype="<i2", count=length // 2, offset=header.start), header.rate, torn


def measure(path: Path) -> Measured:
    """Measure a WAV file, one still being written too; raises :class:`NotAudio`, FileNotFoundError."""
    content = path.read_bytes()
    samples, rate, torn = read_samples(path, content)
    whole = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    # the magnitude of -32768 is no 16-bit number but with the sign's bit read as another digit
    loud = np.abs(whole).view(np.uint16).sum(axis=1, dtype=np.uint32) >= SOUNDING * _FRAME
    return Measured(seconds=len(samples) / rate, sounding=float(loud.sum()) * _FRAME / rate, torn=torn)


def mend(path: Path) -> tuple[bytes, bool]:
    """Give a file whose header says less or more than it holds a true one, at once or not at all.

    What the file holds then, and whether it had to be mended.

    The file may be Asterisk's own, of another user: it is read, and replaced if need be, but never written into.
    """
    with path.open("rb") as file:
        content = file.read()
        header = _recording_header(path, content)
        here = (len(content) - header.start) // 2 * 2
        if header.length == here or 0 < header.length < here:
            os.fsync(file.fileno())  # Asterisk does not: the audio must be as durable as the ticket that names it
            return content, False
    mended = true_head(content, header, here) + content[header.start : header.start + here]
    replace(path, mended, mode=0o640)
    return mended, True


def _recording_header(path: Path, content: bytes) -> Header:
    header = read_header(content)
    if header is not None and header.rate and (header.encoding, header.channels, header.bits) == (_PCM, 1, 16):
        return header
    raise NotAudio(
        tr(
            f"{path}: không phải tệp WAV 16 bit một kênh; giữ nguyên tại chỗ để xem.",
            f"{path}: not a 16-bit mono WAV file; left where it is to be looked at.",
        )
    )

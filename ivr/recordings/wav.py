"""WAV files: their headers read, written and put right."""

import io
import struct
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ivr.errors import TongdaiError
from ivr.words import tr

TELEPHONE_RATE = 8000
"""Samples a second of everything Asterisk records for us."""
WRITTEN_HEADER = 44
"""Bytes before the samples in what Asterisk and :func:`write_wav` write; other writers may put more there."""

_PCM = 1
_UNKNOWN = (0, 0xFFFFFFFF)
"""Lengths that stand in a header whose writer has not closed the file."""
_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")

Samples = np.ndarray[tuple[int], np.dtype[np.int16]]


class NotAudio(TongdaiError):
    """The file is no 16-bit mono PCM WAV: nothing Asterisk would have written for us."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            tr(
                f"{path}: không phải tệp WAV 16 bit một kênh; giữ nguyên tại chỗ để xem.",
                f"{path}: not a 16-bit mono WAV file; left where it is to be looked at.",
            )
        )
        self.path = path


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

    @property
    def is_unknown(self) -> bool:
        """Whether the writer left no length at all."""
        return self.length in _UNKNOWN

    def is_torn(self, here: int) -> bool:
        """Whether the header is wrong about the ``here`` bytes that follow: its writer died, or they were cut off."""
        return self.is_unknown or self.length > here


def read_header(content: bytes) -> Header | None:
    """The header at the beginning of ``content``; None where there is none, or no chunk of samples."""
    return find_header(io.BytesIO(content))


def find_header(file: BinaryIO) -> Header | None:
    """The same of a seekable file, however much its writer put before the samples."""
    file.seek(0)
    head = file.read(_RIFF.size)
    if len(head) < _RIFF.size or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    encoding = channels = rate = bits = 0
    at = _RIFF.size
    while len(chunk := _read_at(file, at, _CHUNK.size)) == _CHUNK.size:
        name, length = _CHUNK.unpack(chunk)
        at += _CHUNK.size
        if name == b"data":
            return Header(encoding=encoding, channels=channels, rate=rate, bits=bits, start=at, length=length)
        if name == b"fmt " and len(form := file.read(_FORMAT.size)) == _FORMAT.size:
            encoding, channels, rate, _, _, bits = _FORMAT.unpack(form)
        at += length + length % 2
    return None


def _read_at(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)


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


def _recording_header(path: Path, content: bytes) -> Header:
    header = read_header(content)
    if header is not None and header.rate and (header.encoding, header.channels, header.bits) == (_PCM, 1, 16):
        return header
    raise NotAudio(path)

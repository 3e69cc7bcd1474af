"""A WAV as its reader should see it, whoever wrote it: with true lengths where its writer left none.

A recorder that was switched off leaves a length of 0, a stream one of all ones, a disk that was full less than was
promised. Nothing on disk is changed: the header is put right in a view of the file.
"""

import io
import re
from dataclasses import dataclass
from typing import BinaryIO

from ivr.recordings.wav import Header, find_header, true_head

_TAIL = 64 * 1024
"""Bytes at the end in which a chunk behind the samples is looked for."""
_CHUNK = re.compile(rb"(?=([A-Za-z_][A-Za-z0-9_]{2}[A-Za-z0-9_ ])(.{4}))", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class WavView:
    """``file`` with true lengths; ``header`` as it was found, None for what is no RIFF file or has no samples."""

    file: BinaryIO
    header: Header | None
    repaired: bool


def view_wav(file: BinaryIO) -> WavView:
    """Look at a seekable file, which is then at its beginning."""
    size = file.seek(0, io.SEEK_END)
    header = find_header(file)
    if header is None or not header.is_torn(size - header.start):
        file.seek(0)
        return WavView(file=file, header=header, repaired=False)
    end = _find_end(file, header.start, size) if header.is_unknown else size
    file.seek(0)
    head = true_head(file.read(header.start), header, end - header.start)
    file.seek(0)
    return WavView(file=PatchedFile(file, head), header=header, repaired=True)


def _find_end(file: BinaryIO, start: int, size: int) -> int:
    """Where the samples end: at the end of the file, or at a chunk which fills exactly the rest of it."""
    first = max(start, size - _TAIL)
    file.seek(first)
    tail = file.read(_TAIL)
    for found in _CHUNK.finditer(tail):
        length = int.from_bytes(found[2], "little")
        if length and found.start() + 8 + length in {len(tail), len(tail) - 1 + (length + 1) % 2}:
            return first + found.start()
    return size


class PatchedFile(io.RawIOBase, BinaryIO):
    """A read-only view of a file whose first bytes are replaced; closing it leaves the file open."""

    def __init__(self, file: BinaryIO, head: bytes) -> None:
        super().__init__()
        self._file = file
        self._head = head

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]  # typeshed names the buffer type only from 3.12 on
        position = self._file.tell()
        piece = self._file.read(len(buffer))
        if position < len(self._head):
            patch = self._head[position : position + len(piece)]
            piece = patch + piece[len(patch) :]
        buffer[: len(piece)] = piece
        return len(piece)

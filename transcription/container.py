"""What kind a file is, by its first bytes, and the repair of a WAV whose writer died.

Nothing on disk is changed: a header that lies is put right in a view of the file (:class:`PatchedFile`).
"""

import io
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from ivr.recordings.wav import read_header, true_head
from ivr.words import tr
from transcription.errors import AudioError

HEADERLESS = {
    ".alaw": "ALAW",
    ".al": "ALAW",
    ".ulaw": "ULAW",
    ".ul": "ULAW",
    ".gsm": "GSM610",
}
"""File-name endings of Asterisk's headerless formats and libsndfile's names for them; all are 8 kHz mono."""

_HEAD = 64 * 1024  # a header that reaches its data later than this is not one that telephony writes


@dataclass(frozen=True, kw_only=True)
class Container:
    """``file`` as it may be given to libsndfile; ``raw`` names a headerless encoding, else it is empty."""

    file: BinaryIO
    raw: str
    repaired: bool


def identify(file: BinaryIO, name: str) -> Container:
    """The container of this seekable file; whatever is not WAV, Ogg or headerless telephony is refused."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    if not head:
        raise AudioError(tr(f"{name}: tệp rỗng (0 byte).", f"{name}: the file is empty (0 bytes)."))
    raw = HEADERLESS.get(PurePath(name).suffix.lower(), "")
    if head.startswith(b"RIFF"):
        patched = _repaired_head(head, size, name)
        if patched is None:
            return Container(file=file, raw="", repaired=False)
        return Container(file=PatchedFile(file, patched), raw="", repaired=True)
    if head.startswith(b"OggS"):
        return Container(file=file, raw="", repaired=False)
    if raw and not head.startswith(b"ID3"):
        return Container(file=file, raw=raw, repaired=False)
    raise AudioError(
        tr(
            f"{name}: không phải âm thanh đọc được ({_guess(head)}). "
            "Chấp nhận WAV, Ogg và .alaw, .ulaw, .gsm không tiêu đề.",
            f"{name}: no audio this program reads ({_guess(head)}). "
            "Accepted: WAV, Ogg, and headerless .alaw, .ulaw, .gsm.",
        )
    )


def _guess(head: bytes) -> str:
    if head.startswith(b"ID3") or (head[0] == 0xFF and len(head) > 1 and head[1] & 0xE0 == 0xE0):
        return tr("có vẻ là MP3", "it looks like MP3")
    if head.startswith(b"fLaC"):
        return "FLAC"
    return tr("không nhận ra định dạng", "unknown format")


def _repaired_head(head: bytes, size: int, name: str) -> bytes | None:
    """The header with true lengths, or None where they are true already."""
    header = read_header(head)
    if header is None or header.start >= size:
        raise _no_sound(name)
    here = size - header.start
    return true_head(head, header, here) if header.is_torn(here) else None


def _no_sound(name: str) -> AudioError:
    return AudioError(
        tr(f"{name}: chỉ có phần đầu tệp WAV, không có âm thanh.", f"{name}: a WAV header without any sound.")
    )


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

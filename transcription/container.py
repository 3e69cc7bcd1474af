"""What kind a file is, by its first bytes; a WAV as its reader should see it (:mod:`ivr.recordings.repair`)."""

import io
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from ivr.recordings.repair import view_wav
from ivr.words import tr
from transcription.errors import AudioError

HEADERLESS = {
    ".alaw": "ALAW",
    ".al": "ALAW",
    ".ulaw": "ULAW",
    ".ul": "ULAW",
    ".gsm": "GSM610",
    ".sln": "PCM_16",
}
"""File-name endings of Asterisk's headerless formats and libsndfile's names for them; all are 8 kHz mono."""

_HEAD = 16
"""Bytes by which a kind is known."""


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
        view = view_wav(file)
        if view.header is None or view.header.start >= size:
            raise _no_sound(name)
        return Container(file=view.file, raw="", repaired=view.repaired)
    if head.startswith((b"RIFX", b"RF64", b"OggS", b"fLaC")):
        return Container(file=file, raw="", repaired=False)
    if raw and not head.startswith(b"ID3"):
        return Container(file=file, raw=raw, repaired=False)
    raise AudioError(
        tr(
            f"{name}: không phải âm thanh đọc được ({_guess(head)}). "
            f"Chấp nhận WAV, FLAC, Ogg và .alaw, .ulaw, .gsm, .sln không tiêu đề. {convert(name)}",
            f"{name}: no audio this program reads ({_guess(head)}). "
            f"Accepted: WAV, FLAC, Ogg, and headerless .alaw, .ulaw, .gsm, .sln. {convert(name)}",
        )
    )


def convert(name: str) -> str:
    """What to do with a file that another program can read."""
    return tr(f"Xin đổi sang WAV trước: ffmpeg -i {name} moi.wav", f"Convert it to WAV first: ffmpeg -i {name} new.wav")


def _guess(head: bytes) -> str:
    if head.startswith(b"ID3") or (head[0] == 0xFF and len(head) > 1 and head[1] & 0xE0 == 0xE0):
        return tr("có vẻ là MP3", "it looks like MP3")
    return tr("không nhận ra định dạng", "unknown format")


def _no_sound(name: str) -> AudioError:
    return AudioError(
        tr(f"{name}: chỉ có phần đầu tệp WAV, không có âm thanh.", f"{name}: a WAV header without any sound.")
    )

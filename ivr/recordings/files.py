"""The only opener of filed recordings: a folder by day now, another store later (DESIGN §2)."""

import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np

from ivr.durable import fsync_folder, write_durably
from ivr.errors import TongdaiError
from ivr.model.civil import ZONE
from ivr.model.recordings import RecordingFlag
from ivr.settings import Settings
from ivr.words import tr

SOUNDING = 100
"""Mean magnitude of 16-bit samples from which 20 ms count as sound: −50 dBFS, above line noise, below a whisper."""
_FRAME = 160
"""Samples of 20 ms at 8 kHz."""


class NoRecording(TongdaiError):
    """There is no such recording: erased, or the key is none of ours."""


class NotAudio(TongdaiError):
    """The file is no 16-bit mono PCM WAV: nothing Asterisk would have written for us."""


class WouldOverwrite(TongdaiError):
    """Another recording stands where this one should go; a rename leaves no copy, so they are two."""


@dataclass(frozen=True, kw_only=True)
class FiledAudio:
    """A recording in its last place; ``key`` is relative to the recordings folder, ``seconds`` are by samples."""

    key: str
    seconds: float
    size: int
    sha256: str
    flags: tuple[RecordingFlag, ...] = ()


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


def measure(path: Path) -> Measured:
    """Measure a WAV file, one still being written too; raises :class:`NotAudio`, FileNotFoundError."""
    content = path.read_bytes()
    samples, rate, torn = _samples(path, content)
    whole = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    # the magnitude of -32768 is no 16-bit number but with the sign's bit read as another digit
    loud = np.abs(whole).view(np.uint16).sum(axis=1, dtype=np.uint32) >= SOUNDING * _FRAME
    return Measured(seconds=len(samples) / rate, sounding=float(loud.sum()) * _FRAME / rate, torn=torn)


def file_audio(settings: Settings, path: Path, ulid: str, spoken_at: datetime) -> FiledAudio:
    """Mend the header and move ``path`` to ``recordings/YYYY/MM/DD/<ULID>.wav`` (civil day of ``spoken_at``).

    Safe to repeat after a crash at any point: a file already moved is described again.
    Raises :class:`NotAudio`, :class:`WouldOverwrite`, and FileNotFoundError when the audio is in neither place.
    """
    key = PurePosixPath(spoken_at.astimezone(ZONE).strftime("%Y/%m/%d"), f"{ulid}.wav")
    place = settings.recordings / key
    flags: tuple[RecordingFlag, ...] = ()
    if path.exists():
        if place.exists():
            raise WouldOverwrite(tr(f"{place} đã có; {path} được giữ lại.", f"{place} exists; {path} is kept."))
        content, mended = _mend(path)
        flags = (RecordingFlag.INTERRUPTED,) if mended else ()
        _make_folders(settings.recordings, place.parent)
        path.replace(place)
        fsync_folder(place.parent)
        fsync_folder(path.parent)
    else:
        content = place.read_bytes()
    samples, rate, _ = _samples(place, content)
    return FiledAudio(
        key=str(key),
        seconds=len(samples) / rate,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        flags=flags,
    )


def path_of(settings: Settings, key: str) -> Path:
    """Where the recording ``key`` lies; raises :class:`NoRecording` for a key that leads out of the folder."""
    path = PurePosixPath(key)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise NoRecording(_gone(key))
    return settings.recordings / path


def open_recording(settings: Settings, key: str) -> BinaryIO:
    """Open for reading; raises :class:`NoRecording` when it was erased."""
    try:
        return path_of(settings, key).open("rb")
    except FileNotFoundError as error:
        raise NoRecording(_gone(key)) from error


def erase(settings: Settings, key: str) -> None:
    """Remove the audio, durably; safe to repeat."""
    path = path_of(settings, key)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        fsync_folder(path.parent)


def find_all_keys(settings: Settings) -> Iterator[str]:
    """Keys of every file in the recordings folder, oldest day first: for reconciliation with the rows."""
    for path in sorted(settings.recordings.glob("*/*/*/*.wav")):
        yield path.relative_to(settings.recordings).as_posix()


def _gone(key: str) -> str:
    return tr(f"Bản ghi âm {key!r} không còn.", f"The recording {key!r} is not there any more.")


def _make_folders(root: Path, folder: Path) -> None:
    """Make the day's folder with every name on the way durable."""
    if folder.is_dir():
        return
    for one in reversed((folder, *folder.parents)):
        if one.is_relative_to(root) and not one.is_dir():
            one.mkdir(mode=0o750, exist_ok=True)
            fsync_folder(one.parent)


def _samples(path: Path, content: bytes) -> tuple["np.ndarray[tuple[int], np.dtype[np.int16]]", int, bool]:
    """Samples, their rate and whether the header is torn (says less than the file holds)."""
    rate, start, said = _header(path, content)
    here = len(content) - start
    torn = said == 0 or said > here
    length = here if torn else said
    return np.frombuffer(content, dtype="<i2", count=length // 2, offset=start), rate, torn


def _header(path: Path, content: bytes) -> tuple[int, int, int]:
    """Sample rate, where the samples begin, and how many bytes of them the header says there are."""
    rate = 0
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        at = 12
        while at + 8 <= len(content):
            name, size = content[at : at + 4], struct.unpack_from("<I", content, at + 4)[0]
            if name == b"fmt " and at + 24 <= len(content):
                kind, channels, rate = struct.unpack_from("<HHI", content, at + 8)
                bits = struct.unpack_from("<H", content, at + 22)[0]
                if (kind, channels, bits) != (1, 1, 16):
                    break
            if name == b"data" and rate:
                return rate, at + 8, size
            at += 8 + size + size % 2
    raise NotAudio(
        tr(
            f"{path}: không phải tệp WAV 16 bit một kênh; giữ nguyên tại chỗ để xem.",
            f"{path}: not a 16-bit mono WAV file; left where it is to be looked at.",
        )
    )


def _mend(path: Path) -> tuple[bytes, bool]:
    """Give a file whose header says less or more than it holds a true one, at once or not at all.

    What the file holds then, and whether it had to be mended.

    The file may be Asterisk's own, of another user: it is read, and replaced if need be, but never written into.
    """
    with path.open("rb") as file:
        content = file.read()
        _, start, said = _header(path, content)
        here = (len(content) - start) // 2 * 2
        if said == here or 0 < said < here:
            os.fsync(file.fileno())  # Asterisk does not: the audio must be as durable as the ticket that names it
            return content, False
    riff, data = struct.pack("<I", start + here - 8), struct.pack("<I", here)
    mended = content[:4] + riff + content[8 : start - 4] + data + content[start : start + here]
    write_durably(path, mended, mode=0o640)
    return mended, True

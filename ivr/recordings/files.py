"""The only opener of filed recordings: a folder by day now, another store later (DESIGN §2)."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ivr.durable import fsync_folder, replace
from ivr.errors import TongdaiError
from ivr.model.civil import ZONE
from ivr.model.recordings import RecordingFlag
from ivr.recordings.joining import Joined, join
from ivr.recordings.wav import read_samples
from ivr.settings import Settings
from ivr.words import tr


class NoRecording(TongdaiError):
    """There is no such recording: erased, or the key is none of ours."""


class WouldOverwrite(TongdaiError):
    """Another recording stands where this one should go, and both hold sound."""


@dataclass(frozen=True, kw_only=True)
class FiledAudio:
    """A recording in its last place; ``key`` is relative to the recordings folder, ``seconds`` are by samples."""

    key: str
    seconds: float
    size: int
    sha256: str
    flags: tuple[RecordingFlag, ...] = ()
    lengths: tuple[float | None, ...] = ()
    """Seconds of each part that was joined, in order, None where its file was gone; empty for what was filed before."""


def file_audio(settings: Settings, parts: Sequence[Path], ulid: str, spoken_at: datetime) -> FiledAudio:
    """Join ``parts`` into ``recordings/YYYY/MM/DD/<ULID>.wav`` (civil day of ``spoken_at``); they stay where they are.

    Safe to repeat after a crash at any point: what is filed already is described again, also where parts have gone.
    Raises :class:`~ivr.recordings.wav.NotAudio`, :class:`WouldOverwrite`, OSError on a full disk, and FileNotFoundError
    when there is neither a part nor a recording.
    """
    key = PurePosixPath(spoken_at.astimezone(ZONE).strftime("%Y/%m/%d"), f"{ulid}.wav")
    place = settings.recordings / key
    if place.exists() and not all(part.exists() for part in parts):
        content = place.read_bytes()
        samples, rate, _ = read_samples(place, content)
        return _describe(key, content, len(samples) / rate)
    joined = join(parts)
    if not place.exists():
        _make_folders(settings.recordings, place.parent)
        replace(place, joined.content, mode=0o640)
    elif place.read_bytes() != joined.content:
        raise WouldOverwrite(tr(f"{place} đã có; {parts[0]} được giữ lại.", f"{place} exists; {parts[0]} is kept."))
    return _describe(key, joined.content, joined.seconds, joined)


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
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NoRecording(_gone(key)) from error


def erase(settings: Settings, key: str) -> None:
    """Remove the audio, durably; safe to repeat. Only tests call it yet: it is for retention."""
    path = path_of(settings, key)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        fsync_folder(path.parent)


def find_all_keys(settings: Settings) -> Iterator[str]:
    """Keys of every file in the recordings folder, oldest day first: for reconciliation with the rows."""
    for path in sorted(settings.recordings.glob("*/*/*/*.wav")):
        yield path.relative_to(settings.recordings).as_posix()


def _describe(key: PurePosixPath, content: bytes, seconds: float, joined: Joined | None = None) -> FiledAudio:
    return FiledAudio(
        key=str(key),
        seconds=seconds,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        flags=() if joined is None else joined.flags,
        lengths=() if joined is None else joined.lengths,
    )


def _gone(key: str) -> str:
    return tr(f"Bản ghi âm {key!r} không còn.", f"The recording {key!r} is not there any more.")


def _make_folders(root: Path, folder: Path) -> None:
    """Make the day's folder with every name on the way durable."""
    if folder.is_dir():
        return
    for parent in reversed((folder, *folder.parents)):
        if parent.is_relative_to(root) and not parent.is_dir():
            parent.mkdir(mode=0o750, exist_ok=True)
            fsync_folder(parent.parent)

"""Audio of any accepted kind as a stream of 16-bit mono samples.

Pieces are read as they are needed, so that a recording of hours takes no more memory than one of seconds.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr

from ivr.recordings.mixing import find_sole_channel
from ivr.recordings.soundfiles import Sound, Unreadable, open_sound
from ivr.words import tr
from transcription.container import convert, identify
from transcription.errors import AudioError
from transcription.recogniser import Samples

PIECE_SECONDS = 1.0
RATES = range(4_000, 192_001)
"""Samples a second that sound is recorded at; a header with another is damaged and would blow the resampler up."""


@dataclass(frozen=True, kw_only=True)
class Audio:
    """An opened recording: ``rate`` in samples a second, ``frames`` of them (all channels count once)."""

    name: str
    rate: int
    channels: int
    frames: int
    repaired: bool
    """Its header had no true length: the writer died before it closed the file."""
    _sound: Sound
    _channel: int | None
    """The one that stands for all; None: their mean."""

    @property
    def seconds(self) -> float:
        """Length from the samples, never from a clock."""
        return self.frames / self.rate

    def pieces(self) -> Iterator[Samples]:
        """The whole recording at its own rate, about a second at a time, channels mixed; from its beginning."""
        frames = int(self.rate * PIECE_SECONDS)
        self._sound.rewind()
        while True:
            try:
                block = self._sound.read(frames)
            except Unreadable as error:
                raise _unreadable(self.name, error) from error
            if not len(block):
                return
            channel = self._channel
            yield block.mean(axis=1).astype(np.int16) if channel is None else block[:, channel]


@contextmanager
def open_audio(file: BinaryIO, name: str) -> Iterator[Audio]:
    """Open a seekable file; headerless kinds are distinguished by the ending of ``name``. Poison is an AudioError."""
    container = identify(file, name)
    with ExitStack() as stack:
        try:
            sound = stack.enter_context(open_sound(container.file, headerless=container.raw))
        except Unreadable as error:
            raise _unreadable(name, error) from error
        if sound.frames <= 0:
            raise AudioError(tr(f"{name}: không có âm thanh nào.", f"{name}: there is no sound in it."))
        if sound.rate not in RATES:
            raise _unreadable(name, ValueError(f"{sound.rate} Hz"))
        yield Audio(
            name=name,
            rate=sound.rate,
            channels=sound.channels,
            frames=sound.frames,
            repaired=container.repaired,
            _sound=sound,
            _channel=_find_channel(sound, name),
        )


@contextmanager
def open_audio_file(path: Path) -> Iterator[Audio]:
    """Open audio by path; a file that cannot be opened at all is an :class:`AudioError` as well."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise AudioError(
            tr(f"Không mở được {path}: {error.strerror}.", f"Cannot open {path}: {error.strerror}.")
        ) from error
    with file, open_audio(file, path.name) as audio:
        yield audio


def resampled(pieces: Iterator[Samples], rate: int, wanted: int) -> Iterator[Samples]:
    """The same sound at ``wanted`` samples a second; unchanged pieces where the rates are equal."""
    if rate == wanted:
        yield from pieces
        return
    stream = soxr.ResampleStream(rate, wanted, 1, dtype="int16", quality="HQ")
    for piece in pieces:
        turned = stream.resample_chunk(piece)
        if len(turned):
            yield turned
    rest = stream.resample_chunk(np.zeros(0, dtype=np.int16), last=True)
    if len(rest):
        yield rest


def _find_channel(sound: Sound, name: str) -> int | None:
    """The channel that is heard alone; None for the mean of several, which a pass over the sound decides."""
    if sound.channels == 1:
        return 0
    try:
        return find_sole_channel(_blocks(sound))
    except Unreadable as error:
        raise _unreadable(name, error) from error


def _blocks(sound: Sound) -> Iterator[np.ndarray[tuple[int, int], np.dtype[np.int16]]]:
    while len(block := sound.read(sound.rate)):
        yield block


def _unreadable(name: str, error: Exception) -> AudioError:
    said = tr(f"{name}: không đọc được âm thanh ({error}).", f"{name}: the audio cannot be read ({error}).")
    return AudioError(f"{said} {convert(name)}")

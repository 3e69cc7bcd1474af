"""The takes of one report become one sound: read in their order, header or none, and put one after another."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.model.recordings import RecordingFlag
from ivr.recordings.takes import read_take
from ivr.recordings.wav import NotAudio, Samples, write_wav


@dataclass(frozen=True, kw_only=True)
class Joined:
    """``content`` is a 16-bit mono WAV file of ``seconds``; ``lengths`` are those of each part, None where its file is
    gone."""

    content: bytes
    seconds: float
    lengths: tuple[float | None, ...]
    flags: tuple[RecordingFlag, ...]


def join(paths: Sequence[Path]) -> Joined:
    """Join what is there of ``paths``, without a pause between two parts.

    Raises FileNotFoundError where nothing is there, :class:`NotAudio` for the first part that cannot be read or has
    another rate than the first one.
    """
    sounds: list[Samples] = []
    lengths: list[float | None] = []
    flags: set[RecordingFlag] = set()
    common = 0
    for path in paths:
        try:
            samples, rate, torn = read_take(path)
        except FileNotFoundError:
            lengths.append(None)
            flags.add(RecordingFlag.TRUNCATED)
            continue
        common = common or rate
        if rate != common:
            raise NotAudio(path)
        if torn and len(samples):
            flags.add(RecordingFlag.INTERRUPTED)
        sounds.append(samples)
        lengths.append(len(samples) / rate)
    if not sounds:
        raise FileNotFoundError(*paths)
    out, whole = io.BytesIO(), np.concatenate(sounds)
    write_wav(out, whole, common)
    return Joined(
        content=out.getvalue(), seconds=len(whole) / common, lengths=tuple(lengths), flags=tuple(sorted(flags))
    )

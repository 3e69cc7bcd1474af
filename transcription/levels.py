"""What is known of a recording without understanding it: silent, clipped, and its waveform's peaks."""

from dataclasses import dataclass, field

import numpy as np

from ivr.recordings.sound import LEAST_HEARD, heard_seconds
from transcription.recogniser import Samples

PEAKS = 800
"""Points of the console's waveform."""

_FULL = 32_768
_CEILING = 31_950  # the loudest sample µ-law can carry is 32,124, A-law 32,256: both count as the ceiling
_RUN = 3  # samples in a row at the ceiling: a tone that only touches it is not clipped
_CLIPPED_SHARE = 0.001


@dataclass(kw_only=True)
class LevelMeter:
    """Fed every piece of a recording of ``frames`` samples at ``rate``; asked once at the end."""

    frames: int
    rate: int
    _peaks: list[int] = field(default_factory=list)
    _bucket: Samples = field(default_factory=lambda: np.zeros(0, dtype=np.int16))
    _clipped: int = 0
    _seen: int = 0
    _spoken: float = 0.0

    def feed(self, piece: Samples, voice: Samples | None = None) -> None:
        """Take the next piece; pieces may have any length. ``voice``: the same without the tones of machines."""
        self._seen += len(piece)
        self._clipped += _in_runs(np.abs(piece.astype(np.int32)) >= _CEILING)
        self._spoken += heard_seconds(piece if voice is None else voice, self.rate)
        self._add_peaks(piece)

    @property
    def silent(self) -> bool:
        """Hardly any of it is louder than an idle line."""
        return self._spoken < LEAST_HEARD

    @property
    def clipped(self) -> bool:
        """More than one sample in a thousand stands at the ceiling, several in a row."""
        return self._seen > 0 and self._clipped / self._seen > _CLIPPED_SHARE

    def peaks(self) -> tuple[int, ...]:
        """At most :data:`PEAKS` values of 0–100, evenly over the recording's length."""
        rest = _peaks(self._bucket[np.newaxis]) if len(self._bucket) else ()
        return (*self._peaks, *rest)[:PEAKS]

    def _add_peaks(self, piece: Samples) -> None:
        width = max(1, -(-self.frames // PEAKS))
        waiting = np.concatenate([self._bucket, piece])
        whole = len(waiting) // width
        if whole:
            self._peaks.extend(_peaks(waiting[: whole * width].reshape(whole, width)))
        self._bucket = waiting[whole * width :]


def _peaks(buckets: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> list[int]:
    """The loudest sample of each row, 0–100; all rows at once, since a recording has hundreds."""
    loudest = np.abs(buckets.astype(np.int32)).max(axis=1)
    return [round(100 * int(peak) / _FULL) for peak in loudest]


def _in_runs(loud: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """How many of the loud samples stand in a row of at least ``_RUN``."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= _RUN].sum())

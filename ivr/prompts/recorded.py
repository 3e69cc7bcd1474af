"""Recordings that people hand in as prompts: any WAV, at whatever rate and with however many channels, as samples.

Not imported by the package itself: soundfile takes 60 ms to load, and only a voice pack needs a decoder.
"""

import io
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from ivr.prompts.errors import PromptError
from ivr.recordings.mixing import find_sole_channel
from ivr.recordings.repair import view_wav
from ivr.recordings.soundfiles import Unreadable, open_sound
from ivr.recordings.wav import TELEPHONE_RATE
from ivr.words import tr

RATES = range(4_000, 192_001)
"""Samples a second that sound is recorded at; a header with another is damaged."""
FULL_SCALE = 0.998
"""Magnitude from which a sample stands at the limit of what a file can hold."""
CLIPPED_RUN = 3
"""Samples in a row at that limit from which the top of the wave was cut off, and not only reached."""
_KINDS = (b"RIFF", b"RIFX", b"RF64")
"""How WAV files begin: in either order of bytes, and those that may pass 4 GiB."""

Samples = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A recording with its channels as one: samples between -1 and 1, ``rate`` of them a second."""

    samples: Samples
    rate: int
    channels: int
    clipped: float
    """Seconds in which a channel stood at full scale: the loudest parts are cut off."""

    def at_telephone_rate(self) -> Samples:
        """The same sound at 8 kHz."""
        if self.rate == TELEPHONE_RATE:
            return self.samples
        turned: Samples = soxr.resample(self.samples, self.rate, TELEPHONE_RATE, quality="HQ")
        return turned


def read_recording(content: bytes) -> Recording:
    """The sound of a WAV file, whatever its encoding, and whatever else lies before or behind it.

    :raises PromptError: it is no WAV, or there is no sound in it, with the reason.
    """
    if content[:4] not in _KINDS:
        raise PromptError(tr("không phải WAV", "not a WAV file"))
    try:
        with open_sound(view_wav(io.BytesIO(content)).file) as sound:
            rate, block = sound.rate, sound.read_whole()
    except Unreadable as error:
        raise PromptError(str(error)) from error
    if rate not in RATES:
        raise PromptError(tr(f"{rate} mẫu mỗi giây", f"{rate} samples a second"))
    if not len(block):
        raise PromptError(tr("không có tiếng", "it is silent"))
    return Recording(
        samples=np.clip(_mixed(block), -1, 1), rate=rate, channels=block.shape[1], clipped=_clipped(block) / rate
    )


def _mixed(block: NDArray[np.float64]) -> Samples:
    channel = find_sole_channel([block])
    samples: Samples = block.mean(axis=1) if channel is None else block[:, channel]
    return samples


def _clipped(block: NDArray[np.float64]) -> int:
    """The most samples of one channel that stand at full scale in runs of at least :data:`CLIPPED_RUN`."""
    return max(_in_runs(np.abs(block[:, channel]) >= FULL_SCALE) for channel in range(block.shape[1]))


def _in_runs(full: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= CLIPPED_RUN].sum())

"""G.711, the two companded encodings of telephone lines, to 16-bit samples by one look-up table each (ITU-T G.711).

``ivr/recordings/soundfiles.py`` can do the same through libsndfile, which takes 60 ms to load: too long where a call
is served.
"""

import numpy as np

from ivr.recordings.wav import Samples


def decode_alaw(content: bytes) -> Samples:
    """The samples behind A-law, what carriers in Việt Nam send."""
    return _ALAW.take(np.frombuffer(content, dtype=np.uint8))  # half of what [] takes


def decode_ulaw(content: bytes) -> Samples:
    """The samples behind µ-law."""
    return _ULAW.take(np.frombuffer(content, dtype=np.uint8))


def _alaw_table() -> Samples:
    """Sign, three bits of segment, four bits of step; every second bit is sent inverted."""
    codes = np.arange(256, dtype=np.int32) ^ 0x55
    segments, steps = (codes >> 4) & 7, codes & 15
    magnitudes = np.where(segments == 0, (steps << 4) + 8, ((steps << 4) + 0x108) << np.maximum(segments - 1, 0))
    return np.where(codes & 0x80, magnitudes, -magnitudes).astype(np.int16)


def _ulaw_table() -> Samples:
    """Like A-law, all bits inverted, each segment shifted by a bias of 132."""
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitudes = ((((codes & 15) << 3) + 0x84) << ((codes >> 4) & 7)) - 0x84
    return np.where(codes & 0x80, -magnitudes, magnitudes).astype(np.int16)


_ALAW = _alaw_table()
_ULAW = _ulaw_table()

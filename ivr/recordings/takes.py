"""A take as Asterisk wrote it: in the line's own encoding without a header, or as a WAV file."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ivr.recordings.g711 import decode_alaw, decode_ulaw
from ivr.recordings.wav import TELEPHONE_RATE, Samples, read_samples

HEADERLESS: Mapping[str, Callable[[bytes], Samples]] = {".alaw": decode_alaw, ".ulaw": decode_ulaw}
"""Endings of files that hold nothing but the line's samples, one byte each."""
BUFFER = 32 * 1024
"""Bytes that Asterisk keeps before it writes them into a take: up to so much of what came is not on disk yet."""
ENDINGS = (*HEADERLESS, ".wav")
"""Endings a take may have: Asterisk's names of the formats it records in."""


def bytes_a_second(path: Path) -> int:
    """How fast a take grows while the line sends."""
    return TELEPHONE_RATE if path.suffix in HEADERLESS else 2 * TELEPHONE_RATE


def read_take(path: Path) -> tuple[Samples, int, bool]:
    """Samples of a take, their rate, and whether its header is torn, which only a file with a header can tell.

    Raises :class:`~ivr.recordings.wav.NotAudio`, FileNotFoundError.
    """
    content = path.read_bytes()
    decode = HEADERLESS.get(path.suffix)
    if decode is None:
        return read_samples(path, content)
    return decode(content), TELEPHONE_RATE, False

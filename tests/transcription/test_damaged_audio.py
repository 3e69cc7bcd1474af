"""Whatever bytes lie there: samples come out, or an AudioError that names the file; never anything else."""

import io
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transcription.audio import open_audio, resampled
from transcription.errors import AudioError

_SAMPLES = (8_000 * np.sin(np.arange(4_000) / 4)).astype("<i2").tobytes()


def _wav(encoding: int, align: int, bits: int, data: bytes) -> bytes:
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, encoding, 1, 8_000, 8_000 * align, align, bits)
    body = b"WAVE" + fmt + struct.pack("<4sI", b"data", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


WHOLE = {"pcm.wav": _wav(1, 2, 16, _SAMPLES), "alaw.wav": _wav(6, 1, 8, _SAMPLES), "ulaw.wav": _wav(7, 1, 8, _SAMPLES)}


def _complaint(content: bytes, name: str) -> str | None:
    """What the AudioError said; None where sound came out. Any other exception is the test's failure."""
    try:
        with open_audio(io.BytesIO(content), name) as audio:
            heard = sum(len(piece) for piece in resampled(audio.pieces(), audio.rate, 16_000))
    except AudioError as error:
        return str(error)
    assert heard >= 0
    return None


@pytest.mark.parametrize("name", WHOLE)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.differing_executors])
@given(damage=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=6), cut=st.integers(0, 4_100))
def test_damaged_header(name: str, damage: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(WHOLE[name][: len(WHOLE[name]) - cut])
    for place, value in damage:
        content[place] = value
    complaint = _complaint(bytes(content), name)
    assert complaint is None or name in complaint


@settings(deadline=None, max_examples=150)
@given(content=st.binary(max_size=600), ending=st.sampled_from([".wav", ".ogg", ".alaw", ".ulaw", ".gsm", ".mp3", ""]))
def test_any_bytes_at_all(content: bytes, ending: str) -> None:
    for head in (b"", b"RIFF", b"RIFF\x24\0\0\0WAVE", b"OggS\0\x02"):
        complaint = _complaint(head + content, f"noise{ending}")
        assert complaint is None or "noise" in complaint


@pytest.mark.parametrize("rate", [0, 1, 3_999, 192_001, 0xFFFFFFFF])
def test_rate_nobody_records_at_is_refused(rate: int) -> None:
    content = bytearray(WHOLE["pcm.wav"])
    content[24:28] = struct.pack("<I", rate)
    assert _complaint(bytes(content), "odd.wav") is not None


def test_whole_files_are_heard() -> None:
    assert [_complaint(content, name) for name, content in WHOLE.items()] == [None, None, None]

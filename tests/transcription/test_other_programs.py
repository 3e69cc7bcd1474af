"""Recordings as other programs write them are heard whole, or refused in words with what to do."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from transcription.audio import open_audio_file
from transcription.errors import AudioError
from transcription.recogniser import Samples

RATE = 8000
TONE = 0.2 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
"""One second, 440 Hz."""
POWER = 0.02
BODY = (TONE * 32767).astype("<i2").tobytes()


def written(samples: np.ndarray, subtype: str = "PCM_16", kind: str = "WAV", endian: str = "FILE") -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, RATE, format=kind, subtype=subtype, endian=endian)
    return out.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(*chunks: bytes) -> bytes:
    content = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


FORMAT = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16))
DS64 = chunk(b"ds64", struct.pack("<QQQI", len(BODY) + 72, len(BODY), len(BODY) // 2, 0))
NOTE = chunk(b"LIST", b"INFOISFT" + b"x" * 9001)


def heard(path: Path) -> Samples:
    with open_audio_file(path) as audio:
        pieces = list(audio.pieces())
        assert np.array_equal(np.concatenate(pieces), np.concatenate(list(audio.pieces())))  # from its beginning again
        return np.concatenate(pieces)


@pytest.mark.parametrize(
    "content",
    [
        riff(FORMAT, chunk(b"JUNK", bytes(100_000)), chunk(b"data", BODY)),
        riff(FORMAT, chunk(b"JUNK", bytes(3_000_001)), chunk(b"data", BODY)),
        riff(chunk(b"bext", bytes(60_001)), FORMAT, chunk(b"data", BODY)),
        riff(FORMAT, chunk(b"data", BODY), NOTE),
        riff(FORMAT) + b"data" + struct.pack("<I", 0) + BODY,
        riff(FORMAT) + b"data" + struct.pack("<I", 0xFFFFFFFF) + BODY,
        riff(FORMAT, chunk(b"JUNK", bytes(100_000))) + b"data" + struct.pack("<I", 0xFFFFFFFF) + BODY,
        riff(FORMAT) + b"data" + struct.pack("<I", 0) + BODY + NOTE,
        riff(FORMAT) + b"data" + struct.pack("<I", 0xFFFFFFFF) + BODY + NOTE[:-1],
        riff(FORMAT) + b"data" + struct.pack("<I", len(BODY) * 9) + BODY,
        riff(FORMAT) + b"data" + struct.pack("<I", len(BODY) - 1) + BODY[:-1],
        b"RF64\xff\xff\xff\xffWAVE" + DS64 + FORMAT + b"data\xff\xff\xff\xff" + BODY,
        written(TONE, kind="RF64"),
        written(TONE, "PCM_24", kind="WAVEX"),
        written(TONE, endian="BIG"),
        *(written(TONE, subtype) for subtype in ("PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW")),
        written(TONE, kind="FLAC"),
    ],
    ids=[
        "100 KB before the sound", "3 MB before it", "chunk first, odd length", "chunk behind", "no length",
        "unknown length", "both", "no length, chunk behind", "unknown length, chunk without padding", "cut off",
        "odd length", "RF64 of a stream", "RF64", "extensible", "big-endian", "8 bit", "24 bit", "32 bit", "float",
        "double", "mu-law", "A-law", "FLAC",
    ],
)  # fmt: skip
def test_what_the_format_allows_is_heard_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.wav"
    path.write_bytes(content)
    samples = heard(path) / 32768
    assert len(samples) == pytest.approx(RATE, abs=1)
    assert float(np.mean(samples**2)) == pytest.approx(POWER, rel=0.03)
    assert path.read_bytes() == content


@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_channels_in_opposite_phase_do_not_fall_silent(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "stereo.wav"
    longer = np.concatenate([np.zeros(3 * RATE), TONE])  # the first pieces would not show it
    for right, share in ((longer, 1.0), (-longer, 1.0), (0 * longer, 0.25)):
        path.write_bytes(written(np.stack([longer, right], axis=1), subtype))
        samples = heard(path)[3 * RATE :] / 32768
        assert float(np.mean(samples**2)) == pytest.approx(POWER * share, rel=0.03)


def test_too_loud_a_float_is_limited_and_not_folded(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    path.write_bytes(written(TONE * 20, "FLOAT"))
    samples = heard(path)
    assert (samples.max(), samples.min()) == (32767, -32767)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "rỗng"),
        (b"ID3 an MP3", "MP3"),
        (b"hello", "không nhận ra"),
        (riff(FORMAT), "không có âm thanh"),
        (riff(FORMAT, chunk(b"data", b"")), "không có âm thanh"),
        (riff(chunk(b"data", BODY)), "ffmpeg"),
        (riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 0, 0, 2, 16)), chunk(b"data", BODY)), "ffmpeg"),
        (riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 0, RATE, 0, 2, 16)), chunk(b"data", BODY)), "ffmpeg"),
        (riff(chunk(b"fmt ", struct.pack("<HHIIHHH", 0x83, 1, RATE, 0, 10, 0, 0)), chunk(b"data", BODY)), "ffmpeg"),
    ],
    ids=["empty", "MP3", "text", "no sound", "nothing in it", "no format", "no rate", "no channel", "G.729"],
)
def test_what_cannot_be_heard_is_said_with_its_name(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "cũ.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError) as refused:
        heard(path)
    assert "cũ.wav" in str(refused.value)
    assert said in str(refused.value)
    assert "object at" not in str(refused.value)

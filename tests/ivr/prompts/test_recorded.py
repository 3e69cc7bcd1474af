"""Recordings as other programs write them: every kind of WAV is heard, in one channel, at the telephone's rate."""

import io
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.prompts import PromptError
from ivr.prompts.recorded import read_recording

RATE = 8000


def tone(seconds: float = 1.0, rate: int = RATE, loud: float = 0.2) -> np.ndarray:
    """A sine of 440 Hz."""
    return loud * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)


def written(samples: np.ndarray, rate: int = RATE, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    """What a sound program writes."""
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format=kind, subtype=subtype)
    return out.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(*chunks: bytes) -> bytes:
    content = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


FORMAT = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16))
BODY = (tone() * 32767).astype("<i2").tobytes()


def power(samples: np.ndarray) -> float:
    return float(np.mean(samples**2))


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
def test_every_encoding_and_rate_is_heard(rate: int, subtype: str) -> None:
    recording = read_recording(written(tone(rate=rate), rate, subtype))
    samples = recording.at_telephone_rate()
    assert len(samples) == pytest.approx(RATE, abs=2)
    assert power(samples) == pytest.approx(0.02, rel=0.05)
    assert (recording.rate, recording.channels, recording.clipped) == (rate, 1, 0.0)


@pytest.mark.parametrize(("kind", "subtype"), [("WAVEX", "PCM_24"), ("RF64", "PCM_16"), ("WAV", "IMA_ADPCM")])
def test_other_headers_are_read(kind: str, subtype: str) -> None:
    samples = read_recording(written(tone(), subtype=subtype, kind=kind)).samples
    assert power(samples[:RATE]) == pytest.approx(0.02, rel=0.05)


@pytest.mark.parametrize(
    "content",
    [
        riff(FORMAT, chunk(b"JUNK", bytes(100_000)), chunk(b"data", BODY)),
        riff(chunk(b"bext", bytes(60_001)), FORMAT, chunk(b"data", BODY)),
        riff(FORMAT, chunk(b"data", BODY), chunk(b"LIST", b"INFOISFT" + b"x" * 9000)),
        riff(FORMAT, chunk(b"fact", struct.pack("<I", RATE)), chunk(b"cue ", bytes(28)), chunk(b"data", BODY)),
        riff(FORMAT) + b"data" + struct.pack("<I", 0xFFFFFFFF) + BODY,
        riff(FORMAT) + b"data" + struct.pack("<I", 0) + BODY,
    ],
    ids=["large chunk", "chunk first, odd length", "chunk behind", "small chunks", "unknown length", "no length"],
)
def test_whatever_lies_before_or_behind_the_sound(content: bytes) -> None:
    samples = read_recording(content).samples
    assert len(samples) == pytest.approx(RATE, abs=1)
    assert power(samples) == pytest.approx(0.02, rel=0.02)


def test_channels_are_mixed_and_opposite_phases_do_not_cancel() -> None:
    left = tone()
    same = read_recording(written(np.stack([left, left], axis=1)))
    opposite = read_recording(written(np.stack([left, -left], axis=1)))
    alone = read_recording(written(np.stack([left, 0 * left], axis=1)))
    many = read_recording(written(np.stack([left, -left, 0 * left, 0 * left], axis=1)))
    assert [recording.channels for recording in (same, opposite, alone, many)] == [2, 2, 2, 4]
    assert power(same.samples) == pytest.approx(0.02, rel=0.01)
    assert power(opposite.samples) == pytest.approx(0.02, rel=0.01)
    assert power(alone.samples) > 0.004
    assert power(many.samples) == pytest.approx(0.02, rel=0.01)


def test_a_clipped_recording_is_known_and_a_loud_one_is_none() -> None:
    clipped = read_recording(written(np.clip(tone(loud=2.0), -1, 1)))
    loud = read_recording(written(tone(loud=0.999)))
    too_loud_float = read_recording(written(tone(loud=2.0), subtype="FLOAT"))
    assert clipped.clipped > 0.3
    assert loud.clipped < 0.002
    assert too_loud_float.clipped > 0.3
    assert np.max(np.abs(too_loud_float.samples)) <= 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"ID3 an MP3 by another name",
        riff(FORMAT),
        riff(FORMAT, chunk(b"data", b"")),
        riff(chunk(b"data", BODY)),
        riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 0, 0, 2, 16)), chunk(b"data", BODY)),
        riff(chunk(b"fmt ", struct.pack("<HHIIHH", 0x83, 1, RATE, 1000, 10, 0)), chunk(b"data", BODY)),
    ],
    ids=["empty", "MP3", "no sound", "nothing in it", "no format", "no rate", "unknown encoding"],
)
def test_what_is_no_sound_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(PromptError) as refused:
        read_recording(content)
    assert str(refused.value).strip()


@pytest.mark.usefixtures("voice")
def test_what_sox_writes_is_read(tmp_path: Path) -> None:
    """A second writer: GSM in WAV, which telephones record."""
    path = tmp_path / "gsm.wav"
    subprocess.run(
        ["sox", "-D", "-n", "-r", "8000", "-e", "gsm-full-rate", path, "synth", "1", "sine", "440", "vol", "0.2"],
        check=True,
    )
    assert power(read_recording(path.read_bytes()).samples[:RATE]) == pytest.approx(0.02, rel=0.3)

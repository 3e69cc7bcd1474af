"""WAV headers: what is written is read, what lies is put right, and nothing that comes breaks the reader."""

import io
import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.recordings.wav import Header, read_header, read_samples, true_head, write_wav


def written(samples: list[int], rate: int = 8000) -> bytes:
    out = io.BytesIO()
    write_wav(out, np.array(samples, dtype=np.int16), rate)
    return out.getvalue()


def test_a_written_file_says_what_it_is() -> None:
    content = written([1, -2, 3], 16000)
    assert read_header(content) == Header(encoding=1, channels=1, rate=16000, bits=16, start=44, length=6)
    samples, rate, torn = read_samples(Path("a.wav"), content)
    assert (samples.tolist(), rate, torn) == ([1, -2, 3], 16000, False)


@given(st.lists(st.integers(-32768, 32767), max_size=50), st.sampled_from([0, 0xFFFFFFFF, 200_000]))
def test_a_header_that_lies_is_put_right(samples: list[int], length: int) -> None:
    content = written(samples)
    torn = content[:4] + bytes(4) + content[8:40] + struct.pack("<I", length) + content[44:]
    header = read_header(torn)
    assert header is not None
    assert header.is_torn(len(torn) - 44)
    assert true_head(torn, header, len(torn) - 44) + torn[44:] == content


def test_chunks_before_the_samples_are_kept() -> None:
    plain = written([5, 6])
    odd = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    content = plain[:36] + odd + plain[36:]
    header = read_header(content)
    assert header is not None
    assert header.start == 44 + len(odd)
    mended = true_head(content, header, 4) + content[header.start :]
    with wave.open(io.BytesIO(mended)) as file:
        assert file.readframes(2) == plain[44:]


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\0\0\0\0AVI LIST", written([1])[:40], written([])[:36]])
def test_what_has_no_samples_has_no_header(content: bytes) -> None:
    assert read_header(content) is None


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(tail: bytes) -> None:
    header = read_header(b"RIFF\0\0\0\0WAVE" + tail)
    assert header is None or 20 <= header.start <= 12 + len(tail)

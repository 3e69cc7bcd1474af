"""What a file is, by its first bytes; headers of writers that died are corrected in a view only."""

import io
import struct

import pytest

from transcription.container import identify
from transcription.errors import AudioError

SOUND = bytes(range(256)) * 8


def _wav(data: bytes, *, said: int | None = None, extra: bytes = b"") -> bytes:
    length = len(data) if said is None else said
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", length + 36, b"WAVE") + fmt + extra + struct.pack("<4sI", b"data", length) + data
    )


def _read(file: io.IOBase) -> bytes:
    file.seek(0)
    content: bytes = file.read()
    return content


def test_true_header_is_left_alone() -> None:
    file = io.BytesIO(_wav(SOUND))
    container = identify(file, "a.wav")
    assert container.file is file
    assert not container.repaired


@pytest.mark.parametrize("said", [0, 0xFFFFFFFF, 1_000_000])
def test_lying_length_is_computed_from_the_file(said: int) -> None:
    file = io.BytesIO(_wav(SOUND, said=min(said, 0xFFFFFF00)) if said else _wav(SOUND, said=0))
    container = identify(file, "a.wav")
    assert container.repaired
    assert _read(container.file) == _wav(SOUND)
    assert file.getvalue() != _wav(SOUND), "the file itself is not touched"


def test_chunks_before_the_data_are_skipped() -> None:
    extra = struct.pack("<4sI", b"LIST", 3) + b"abc\0"
    container = identify(io.BytesIO(_wav(SOUND, said=0, extra=extra)), "a.wav")
    assert container.repaired
    assert _read(container.file).endswith(struct.pack("<4sI", b"data", len(SOUND)) + SOUND)


def test_patched_view_reads_across_its_seam() -> None:
    file = io.BytesIO(_wav(SOUND, said=0))
    view = identify(file, "a.wav").file
    assert view.seek(38) == 38
    assert view.read(10) == _wav(SOUND)[38:48]
    assert view.tell() == 48
    assert view.readable()
    assert view.seekable()
    view.close()
    assert not file.closed


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.wav", "0 byte"),
        (b"", "a.alaw", "0 byte"),
        (_wav(b""), "a.wav", "WAV"),
        (_wav(b"", said=500), "a.wav", "WAV"),
        (_wav(SOUND)[:40], "a.wav", "WAV"),
        (b"RIFF", "a.wav", "WAV"),
        (b"RIFF\x10\0\0\0AVI LIST", "a.wav", "WAV"),
        (b"ID3\x04\0\0" + SOUND, "a.wav", "MP3"),
        (b"ID3\x04\0\0" + SOUND, "a.alaw", "MP3"),
        (b"\xff\xfb\x90\x44" + SOUND, "a.ogg", "MP3"),
        (SOUND, "a.wav", "định dạng"),
    ],
)
def test_poison_is_refused_by_name(content: bytes, name: str, said: str) -> None:
    with pytest.raises(AudioError, match=name) as caught:
        identify(io.BytesIO(content), name)
    assert said in str(caught.value)


def test_headerless_kinds_are_told_by_their_ending() -> None:
    for ending, kind in [(".alaw", "ALAW"), (".ULAW", "ULAW"), (".gsm", "GSM610")]:
        assert identify(io.BytesIO(SOUND), f"a{ending}").raw == kind
    assert identify(io.BytesIO(_wav(SOUND)), "a.alaw").raw == "", "a WAV by any name is a WAV"


def test_message_speaks_english_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    with pytest.raises(AudioError, match=r"a\.wav: no audio this program reads"):
        identify(io.BytesIO(SOUND), "a.wav")

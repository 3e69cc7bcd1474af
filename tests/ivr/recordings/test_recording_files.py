"""Filed recordings: mended headers, lengths by samples, one place, no way out of the folder."""

import hashlib
import io
import os
import struct
import wave
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ivr.model.recordings import RecordingFlag
from ivr.recordings import (
    NoRecording,
    NotAudio,
    WouldOverwrite,
    erase,
    file_audio,
    find_all_keys,
    measure,
    open_recording,
    path_of,
)
from ivr.settings import Settings, load_settings

ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
LATE = datetime(2026, 9, 30, 17, 30, tzinfo=UTC)  # 1 October in Vietnam


def wav(seconds: float, *, loud: float | None = None, rate: int = 8000) -> bytes:
    """A tone of ``loud`` seconds (default: all of it), then silence."""
    count = round(seconds * rate)
    tone = (np.sin(np.arange(count) * 0.7) * 6000).astype("<i2")
    tone[round((seconds if loud is None else loud) * rate) :] = 0
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(tone.tobytes())
    return target.getvalue()


def torn(content: bytes) -> bytes:
    """As Asterisk leaves it when it is killed: both lengths 0."""
    return content[:4] + bytes(4) + content[8:40] + bytes(4) + content[44:]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool" / f"{ULID}.1.wav"


def test_a_whole_recording(settings: Settings, path: Path) -> None:
    content = wav(3.3)
    path.write_bytes(content)
    filed = file_audio(settings, [path], ULID, LATE)
    assert filed.key == f"2026/10/01/{ULID}.wav"
    assert filed.seconds == pytest.approx(3.3)
    assert (filed.size, filed.sha256, filed.flags) == (len(content), hashlib.sha256(content).hexdigest(), ())
    assert filed.lengths == (pytest.approx(3.3),)
    assert file_audio(settings, [path], ULID, LATE) == filed  # after a crash before its row
    path.unlink()
    assert file_audio(settings, [path], ULID, LATE) == replace(
        filed, lengths=()
    )  # after one while the spool is emptied
    assert list(find_all_keys(settings)) == [filed.key]
    with open_recording(settings, filed.key) as file:
        assert file.read() == content


def test_a_zero_header_is_mended(settings: Settings, path: Path) -> None:
    content = wav(2.5)
    path.write_bytes(torn(content) + b"\x01")  # and half a sample
    assert measure(path).torn
    assert measure(path).seconds == pytest.approx(2.5)
    filed = file_audio(settings, [path], ULID, LATE)
    assert filed.flags == (RecordingFlag.INTERRUPTED,)
    assert path_of(settings, filed.key).read_bytes() == content


def test_a_header_that_promises_too_much_is_mended(settings: Settings, path: Path) -> None:
    content = wav(2.0)
    path.write_bytes(content[: 44 + 8000])
    filed = file_audio(settings, [path], ULID, LATE)
    assert filed.seconds == pytest.approx(0.5)
    with wave.open(str(path_of(settings, filed.key))) as file:
        assert file.getnframes() == 4000


def test_an_empty_recording_is_left_as_it_is(settings: Settings, path: Path) -> None:
    path.write_bytes(torn(wav(0)))
    assert file_audio(settings, [path], ULID, LATE).flags == ()


def test_chunks_before_and_after_the_samples(settings: Settings, path: Path) -> None:
    content = wav(1.0)
    extra = b"LIST" + struct.pack("<I", 4) + b"INFO"
    path.write_bytes(content[:36] + extra + content[36:] + extra)
    assert measure(path).seconds == pytest.approx(1.0)
    assert not measure(path).torn


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF", b"ID3\x03" + bytes(60), wav(1)[:30], wav(1)[:22] + b"\x02\x00" + wav(1)[24:], bytes(3000)],
)
def test_what_is_no_audio_is_refused_and_stays(settings: Settings, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for action in (lambda: measure(path), lambda: file_audio(settings, [path], ULID, LATE)):
        with pytest.raises(NotAudio, match=ULID):
            action()
    assert path.read_bytes() == content


def test_parts_of_another_rate_are_refused_and_named(settings: Settings, path: Path) -> None:
    path.write_bytes(wav(2))
    other = path.with_name(f"{ULID}.2.wav")
    other.write_bytes(wav(2, rate=16000))
    with pytest.raises(NotAudio) as refused:
        file_audio(settings, [path, other], ULID, LATE)
    assert refused.value.path == other


def test_audio_that_is_nowhere(settings: Settings, path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        file_audio(settings, [path], ULID, LATE)


def test_a_second_recording_never_replaces_the_first(settings: Settings, path: Path) -> None:
    path.write_bytes(wav(2))
    first = file_audio(settings, [path], ULID, LATE)
    path.write_bytes(wav(3))
    with pytest.raises(WouldOverwrite, match=ULID):
        file_audio(settings, [path], ULID, LATE)
    assert path.exists()
    assert path_of(settings, first.key).stat().st_size == first.size


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_crash_while_filing_is_repeated(
    settings: Settings, path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_bytes(torn(wav(2.5)))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path if step == "replace" else os, step, die)
        with pytest.raises(KeyboardInterrupt):
            file_audio(settings, [path], ULID, LATE)
    assert file_audio(settings, [path], ULID, LATE).seconds == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("seconds", "loud", "report"), [(5, 5, True), (2, 0.6, True), (5, 0, False), (5, 0.3, False), (1.5, 1.5, False)]
)
def test_what_counts_as_speech(path: Path, seconds: float, loud: float, report: bool) -> None:
    path.write_bytes(wav(seconds, loud=loud))
    assert measure(path).is_report(2.0) is report


@pytest.mark.parametrize("key", ["../x.wav", "/etc/passwd", "a/../../b", ""])
def test_no_key_leads_out(settings: Settings, key: str) -> None:
    with pytest.raises(NoRecording):
        path_of(settings, key)


def test_erased_is_gone(settings: Settings, path: Path) -> None:
    path.write_bytes(wav(2))
    key = file_audio(settings, [path], ULID, LATE).key
    erase(settings, key)
    erase(settings, key)
    erase(settings, "2020/01/01/none.wav")
    with pytest.raises(NoRecording, match=ULID):
        open_recording(settings, key)

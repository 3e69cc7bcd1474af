"""Every kind a telephone system writes is read, at its own rate, and turned into the rate a model wants."""

import resource
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from transcription.audio import open_audio_file, resampled
from transcription.errors import AudioError
from transcription.recogniser import Samples

TONE = ["synth", "2.5", "sine", "440", "gain", "-6"]
KINDS = [
    ("a.wav", ["-r", "8000", "-e", "signed", "-b", "16"], 8_000),
    ("b.wav", ["-r", "8000", "-e", "a-law"], 8_000),
    ("c.wav", ["-r", "8000", "-e", "u-law"], 8_000),
    ("d.wav", ["-r", "8000", "-e", "gsm"], 8_000),
    ("e.wav", ["-r", "16000", "-e", "signed", "-b", "16", "-c", "2"], 16_000),
    ("f.wav", ["-r", "48000", "-e", "signed", "-b", "24"], 48_000),
    ("g.alaw", ["-r", "8000", "-t", "al"], 8_000),
    ("h.ulaw", ["-r", "8000", "-t", "ul"], 8_000),
    ("i.gsm", ["-r", "8000", "-t", "gsm"], 8_000),
    ("j.ogg", ["-r", "8000"], 8_000),
    ("k.ogg", ["-r", "44100", "-c", "2"], 44_100),
    ("l.ogg", ["-r", "48000"], 48_000),
]


def _heard(path: Path, rate: int) -> Samples:
    with open_audio_file(path) as audio:
        return np.concatenate(list(resampled(audio.pieces(), audio.rate, rate)))


def _pitch(samples: Samples, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64)))
    return float(spectrum.argmax() * rate / len(samples))


@pytest.mark.parametrize(("name", "form", "rate"), KINDS, ids=[f"{kind[0]}-{kind[2]}" for kind in KINDS])
@pytest.mark.parametrize("wanted", [8_000, 16_000])
def test_kind_is_heard_at_the_models_rate(
    sox: Callable[..., Path], name: str, form: list[str], rate: int, wanted: int
) -> None:
    path = sox(name, *form, effects=TONE)
    with open_audio_file(path) as audio:
        assert audio.rate == rate
        assert audio.seconds == pytest.approx(2.5, abs=0.08)  # GSM comes in whole blocks
        assert not audio.repaired
    samples = _heard(path, wanted)
    assert samples.dtype == np.int16
    assert len(samples) / wanted == pytest.approx(2.5, abs=0.08)
    assert _pitch(samples, wanted) == pytest.approx(440, abs=2)
    middle = samples[wanted // 2 : -wanted // 2].astype(np.float64)
    assert np.abs(middle).max() == pytest.approx(16_384, rel=0.12)


@pytest.mark.parametrize("form", [["-e", "signed", "-b", "16"], ["-e", "a-law"], ["-e", "gsm"]])
def test_wav_of_a_writer_that_died_is_whole(sox: Callable[..., Path], form: list[str]) -> None:
    path = sox("cut.wav", "-r", "8000", *form, effects=TONE)
    whole = _heard(path, 8_000)
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[4:8] = content[at : at + 4] = struct.pack("<I", 0)
    path.write_bytes(content)
    with open_audio_file(path) as audio:
        assert audio.repaired
        assert audio.frames == pytest.approx(len(whole), abs=320)
    assert np.array_equal(_heard(path, 8_000)[: len(whole)], whole)
    assert path.read_bytes() == content


def test_torn_ogg_is_an_error_or_what_was_there(sox: Callable[..., Path]) -> None:
    path = sox("torn.ogg", "-r", "8000", effects=TONE)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(AudioError, match=r"torn\.ogg"):
        _heard(path, 8_000)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"none\.wav"), open_audio_file(tmp_path / "none.wav"):
        pass


def test_headerless_file_shorter_than_a_frame(tmp_path: Path) -> None:
    path = tmp_path / "short.gsm"
    path.write_bytes(b"\xd0")
    with pytest.raises(AudioError, match=r"short\.gsm"), open_audio_file(path):
        pass


def test_three_hours_take_no_more_memory_than_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "long.alaw"
    with path.open("wb") as file:
        file.truncate(3 * 3600 * 8_000)

    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with open_audio_file(path) as audio:
        pieces: Iterator[Samples] = resampled(audio.pieces(), audio.rate, 16_000)
        next(pieces)
        before = peak()
        seconds = sum(len(piece) for piece in pieces) / 16_000
        assert audio.seconds == 3 * 3600
    assert seconds == pytest.approx(3 * 3600, abs=3)
    assert peak() - before < 20_000  # KiB; the file decoded whole would be 169,000

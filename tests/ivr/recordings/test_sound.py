"""What is heard, what is silence, and that each threshold is the one that Asterisk is given."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from ivr.recordings import measure
from ivr.recordings.g711 import decode_alaw, decode_ulaw
from ivr.recordings.sound import SOUNDING, silence_at_end
from ivr.recordings.soundfiles import encode_alaw, open_sound
from ivr.recordings.takes import read_take
from ivr.recordings.wav import Samples, write_wav
from ivr.simulator.sounds import spoken

EVERY_CODE = bytes(range(256))


def at_level(samples: Samples, dbfs: float) -> Samples:
    """The sound so loud that what is spoken in it has this power."""
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160).astype(float)
    loud = np.abs(frames).mean(axis=1)
    power = math.sqrt(float((frames[loud > loud.max() / 30] ** 2).mean()))
    return (samples * (32768 * 10 ** (dbfs / 20) / power)).astype(np.int16)


def test_our_g711_is_that_of_libsndfile(tmp_path: Path) -> None:
    for decode, encoding in ((decode_alaw, "ALAW"), (decode_ulaw, "ULAW")):
        path = tmp_path / "every"
        path.write_bytes(EVERY_CODE)
        with path.open("rb") as file, open_sound(file, headerless=encoding) as sound:
            assert sound.read(256)[:, 0].tolist() == decode(EVERY_CODE).tolist()


@pytest.mark.parametrize("dbfs", [-26, -45, -49])
def test_a_quiet_voice_is_a_report(tmp_path: Path, dbfs: float) -> None:
    """Voices that a threshold of 256 cut in mid-sentence or threw away."""
    said = at_level(spoken("Tôi ở kiệt bốn mươi lăm đường Trần Cao Vân, cống trước nhà bị tắc từ sáng hôm qua."), dbfs)
    path = tmp_path / "a.1.alaw"
    path.write_bytes(encode_alaw(said))
    measured = measure(path)
    assert measured.is_report(2.0)
    assert measured.quiet < 1.0


def test_a_steady_offset_and_an_idle_line_are_silence(tmp_path: Path) -> None:
    idle = np.random.default_rng(1).normal(2000, 30, 24000).astype(np.int16)
    write_wav(tmp_path / "a.1.wav", idle)
    measured = measure(tmp_path / "a.1.wav")
    assert (measured.sounding, measured.faint, measured.quiet) == (0.0, 0.0, 3.0)
    assert not measured.is_doubtful


def test_seconds_since_the_last_sound() -> None:
    sound = np.concatenate(
        [np.full(8000, 1000, dtype=np.int16) * np.tile([1, -1], 4000).astype(np.int16), np.zeros(12000, np.int16)]
    )
    assert silence_at_end(sound, 8000) == pytest.approx(1.5)
    assert silence_at_end(np.zeros(8000, dtype=np.int16), 8000) is None


def test_a_take_without_a_header_is_never_torn(tmp_path: Path) -> None:
    path = tmp_path / "a.1.ulaw"
    path.write_bytes(b"\xff" * 8001)
    samples, rate, torn = read_take(path)
    assert (len(samples), rate, torn) == (8001, 8000, False)


def test_asterisk_is_given_our_threshold() -> None:
    text = (Path(__file__).parents[3] / "config" / "asterisk" / "dsp.conf").read_text(encoding="utf-8")
    assert re.findall(r"^silencethreshold *= *(\d+)$", text, re.MULTILINE) == [str(SOUNDING)]

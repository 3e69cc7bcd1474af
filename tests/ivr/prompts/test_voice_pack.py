"""A pack of recordings is judged before it is used: file by file, with what to do; and levelled."""

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ivr.prompts import PromptError, store
from ivr.prompts.lengths import synthetic_items, synthetic_lengths
from ivr.prompts.pack import Judged, judge_pack
from ivr.prompts.recorded import read_recording
from ivr.prompts.voice import LOUDNESS, speaking_level
from ivr.settings import Settings

Write = Callable[[str, str], Path]
pytestmark = pytest.mark.usefixtures("voice")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    return folder


def voiced(seconds: float, *, loud: float = 0.14, rate: int = 16_000) -> np.ndarray:
    """A tone that rises and falls as a voice does."""
    at = np.arange(int(seconds * rate)) / rate
    return loud * np.sin(2 * np.pi * 220 * at) * (0.8 + 0.2 * np.sin(2 * np.pi * 3 * at))


def put(path: Path, samples: np.ndarray, *, rate: int = 16_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def spoken(settings: Settings, key: str) -> float:
    """Seconds the synthetic voice speaks, without the quiet behind it."""
    return synthetic_lengths(settings)[key] - 0.2


def said(judged: Judged, *, warnings: bool) -> list[str]:
    """What is said of files; not what is missing, which is said of folders."""
    return [str(fault) for fault in judged.faults if fault.warning == warnings and "are not recorded" not in fault.text]


def test_a_good_recording_gets_no_remark_and_its_length_counts(settings: Settings, pack: Path) -> None:
    seconds = spoken(settings, "vi/khan")
    put(pack / "vi/khan.wav", voiced(seconds * 1.2))
    judged = judge_pack(settings, pack)
    assert said(judged, warnings=False) == []
    assert said(judged, warnings=True) == []
    assert judged.recorded == 1
    assert judged.lengths["vi/khan"] == pytest.approx(seconds * 1.2 + 0.2, abs=0.05)
    assert judged.lengths["vi/chao"] == synthetic_lengths(settings)["vi/chao"]


def test_what_is_not_recorded_is_told_by_folder(settings: Settings, pack: Path) -> None:
    put(pack / "vi/khan.wav", voiced(spoken(settings, "vi/khan")))
    missing = {fault.file: fault.text for fault in judge_pack(settings, pack).faults}
    assert missing["vi"].startswith("3 of 4 are not recorded")
    assert missing["vi"].endswith(": chao, ghi-am, tieng-anh")
    assert missing["en"] == "4 of 4 are not recorded, the synthetic voice will speak them"
    assert missing["nui/vi"].startswith("1 of 1 are not recorded")


@pytest.mark.parametrize(
    "name", ["vi/khann.wav", "vi/khan.mp3", "vi/KHAN.WAV", "khan.wav", "vi/beep.wav", "hue/vi/khan.wav", "doc.txt"]
)
def test_a_file_that_is_not_used_is_named(settings: Settings, pack: Path, name: str) -> None:
    put(pack / name, voiced(1))
    (remark,) = said(judge_pack(settings, pack), warnings=True)
    assert remark.startswith(f"{name}: warning: is not used: no prompt has this name")


def test_hidden_files_and_a_citys_own_recording_are_no_strangers(settings: Settings, pack: Path) -> None:
    put(pack / ".DS_Store", voiced(0.1))
    put(pack / "bien/vi/khan.wav", voiced(spoken(settings, "vi/khan")))
    put(pack / "nui/vi/chao.wav", voiced(spoken(settings, "nui/vi/chao")))
    judged = judge_pack(settings, pack)
    assert said(judged, warnings=True) == []
    assert judged.recorded == 2
    assert "bien/vi/khan" in judged.lengths


@pytest.mark.parametrize(
    ("samples", "complaint"),
    [
        (np.clip(voiced(1) * 30, -1, 1), "is clipped"),
        (voiced(1) * 0.01, "is too faint (-6"),
        (np.zeros(16_000), "cannot be heard (it is silent). Record it again as WAV"),
    ],
)
def test_what_must_be_recorded_again_is_a_fault(
    settings: Settings, pack: Path, samples: np.ndarray, complaint: str
) -> None:
    wanted = spoken(settings, "vi/khan")
    put(pack / "vi/khan.wav", np.resize(samples, int(wanted * 16_000)))
    (fault,) = said(judge_pack(settings, pack), warnings=False)
    assert fault.startswith(f"vi/khan.wav: {complaint}")


@pytest.mark.parametrize(("factor", "wrong"), [(0.55, True), (0.65, False), (1.5, False), (1.7, True)])
def test_a_length_far_from_the_synthetic_voices_is_another_text(
    settings: Settings, pack: Path, factor: float, wrong: bool
) -> None:
    seconds = spoken(settings, "vi/khan")
    put(pack / "vi/khan.wav", voiced(seconds * factor))
    faults = said(judge_pack(settings, pack), warnings=False)
    assert [f"takes {seconds * factor:.1f} s, the synthetic voice {seconds:.1f} s" in fault for fault in faults] == (
        [True] * wrong
    )


def test_a_short_word_may_be_twice_as_long(settings: Settings, pack: Path) -> None:
    word = synthetic_lengths(settings)["vi/words/mootj"] - 0.05
    put(pack / "vi/words/mootj.wav", voiced(word + 0.25))
    assert said(judge_pack(settings, pack), warnings=False) == []


def test_loudness_and_silence_at_the_ends_are_remarks(settings: Settings, pack: Path) -> None:
    seconds = spoken(settings, "vi/khan")
    quiet = np.zeros(16_000)
    put(pack / "vi/khan.wav", np.concatenate([quiet, voiced(seconds, loud=0.02), quiet, quiet]))
    loudness, silence = said(judge_pack(settings, pack), warnings=True)
    assert loudness.startswith("vi/khan.wav: warning: is at -3")
    assert "has 1.0 s of silence before and 2.0 s after" in silence


def test_what_is_no_sound_is_told_and_the_rest_is_judged(settings: Settings, pack: Path) -> None:
    (pack / "vi").mkdir()
    (pack / "vi/chao.wav").write_bytes(b"ID3 an MP3 by another name")
    put(pack / "vi/khan.wav", voiced(spoken(settings, "vi/khan")))
    judged = judge_pack(settings, pack)
    assert said(judged, warnings=False) == [
        "vi/chao.wav: cannot be heard (not a WAV file). Record it again as WAV",
    ]
    assert judged.lengths["vi/chao"] == synthetic_lengths(settings)["vi/chao"]


def test_levelled_recordings_are_as_they_will_be_heard(settings: Settings, pack: Path, tmp_path: Path) -> None:
    seconds = spoken(settings, "vi/khan")
    quiet = np.zeros(16_000)
    original = put(pack / "vi/khan.wav", np.concatenate([quiet, voiced(seconds, loud=0.02), quiet])).read_bytes()
    out = tmp_path / "out"
    judge_pack(settings, pack, out)
    levelled = read_recording((out / "vi/khan.wav").read_bytes())
    assert (levelled.rate, levelled.channels) == (8000, 1)
    assert speaking_level(levelled.samples) == pytest.approx(LOUDNESS, abs=0.5)
    assert len(levelled.samples) / 8000 == pytest.approx(seconds, abs=0.1)
    assert said(judge_pack(settings, out), warnings=True) == []
    assert (pack / "vi/khan.wav").read_bytes() == original


def test_the_originals_are_never_overwritten(settings: Settings, pack: Path) -> None:
    for inside in (pack, pack / "levelled"):
        with pytest.raises(PromptError, match="lies in the pack"):
            judge_pack(settings, pack, inside)
    with pytest.raises(PromptError, match="There is no folder"):
        judge_pack(settings, pack / "nowhere")


def test_synthetic_lengths_are_those_of_a_home_without_a_pack(settings: Settings, pack: Path) -> None:
    """Also while another pack is in use, and without a home that is built."""
    put(pack / "vi/khan.wav", voiced(9))
    with_pack = settings.model_copy(update={"voice_pack": pack})
    assert synthetic_lengths(with_pack) == synthetic_lengths(settings)
    assert not store.read_manifest(settings.sounds)
    assert set(synthetic_items(with_pack)) == set(synthetic_lengths(with_pack))

"""``tongdai transcribe``, ``tongdai model`` and the check of ``tongdai doctor``, as a person meets them."""

import json
import shutil
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.__main__ import main
from ivr.settings import load_settings
from transcription.commands import CHECKS
from transcription.model_folder import STARTER


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONGDAI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_transcribe_prints_text_words_and_the_warning(
    speak: Callable[..., Path], demo_sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = speak(demo_sentence)
    assert main(["transcribe", str(path), "--reference", demo_sentence]) == 0
    printed = capsys.readouterr().out
    assert "phản ánh" in printed
    assert "kiệt 45" in printed, "the tidied copy stands beside the raw text"
    assert "WER" in printed
    assert "KÉM" in printed, "the starter model is told for what it is"


def test_transcribe_json_goes_on_after_a_poison_file(
    speak: Callable[..., Path],
    demo_sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    poison = tmp_path / "poison.wav"
    poison.write_bytes(b"")
    path = speak(demo_sentence)
    assert main(["transcribe", "--json", "--reference", demo_sentence, str(poison), str(path)]) == 1
    printed = capsys.readouterr()
    assert "poison.wav" in printed.err
    (line,) = printed.out.splitlines()
    heard = json.loads(line)
    assert heard["file"] == str(path)
    assert heard["wer"] <= 0.2
    assert heard["starter"] is True
    assert heard["words"][0].keys() == {"text", "start", "end", "confidence"}


def test_transcribe_tells_of_silence_and_clipping_in_english(
    sox: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TONGDAI_LANGUAGE", "en")
    silent = sox("silent.alaw", "-r", "8000", "-t", "al", effects=["trim", "0", "2"])
    loud = tmp_path / "loud.wav"
    with wave.open(str(loud), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes((b"\xff\x7f" * 10 + b"\x00\x80" * 10) * 800)
    assert main(["transcribe", str(silent), str(loud), "--model", str(STARTER)]) == 0
    printed = capsys.readouterr().out
    assert "(no speech)" in printed
    assert "nearly silent" in printed
    assert "over-driven" in printed


def test_model_show_and_get_from_a_file(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "show"]) == 0
    assert "tongdai-starter-vi" in capsys.readouterr().out
    folder = Path(shutil.copytree(STARTER, tmp_path / "pack" / "vosk-model-small-vn-0.4"))
    (folder / "starter.toml").unlink()
    archive = shutil.make_archive(str(tmp_path / "small"), "zip", folder.parent)
    assert main(["model", "get", "--small", "--from", archive]) == 0
    printed = capsys.readouterr().out
    assert "SHA-256" in printed
    assert "vosk-model-small-vn 0.4" in printed
    assert main(["model", "show"]) == 0
    assert "models/default" in capsys.readouterr().out


def test_model_get_tells_that_the_setting_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = shutil.make_archive(str(tmp_path / "own"), "zip", STARTER)
    monkeypatch.setenv("TONGDAI_VOSK_MODEL", str(STARTER))
    assert main(["model", "get", "--from", archive]) == 0
    assert "TONGDAI_VOSK_MODEL" in capsys.readouterr().out
    assert main(["model", "show"]) == 0
    assert "TONGDAI_VOSK_MODEL" in capsys.readouterr().out


def test_model_get_without_a_network_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "get", "--from", "https://127.0.0.1:1/none.zip"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_doctor_is_content_with_the_starter_but_warns() -> None:
    (check,) = CHECKS
    (finding,) = check.check(load_settings())
    assert finding.ok
    assert check.at_start
    assert "tongdai model get" in finding.text


def test_doctor_names_a_broken_model_and_the_remedy(tmp_path: Path) -> None:
    (finding,) = CHECKS[0].check(load_settings(vosk_model=tmp_path / "nowhere"))
    assert not finding.ok
    assert "nowhere" in finding.text
    assert "tongdai model" in finding.remedy

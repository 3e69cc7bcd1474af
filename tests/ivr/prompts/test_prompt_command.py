"""``tongdai prompts`` as a person uses it."""

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.commands.prompts import COMMAND
from ivr.prompts import PromptError
from ivr.settings import Settings

Write = Callable[[str, str], Path]


def run(settings: Settings, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    return COMMAND.run(settings, parser.parse_args(arguments))


def test_check_passes_and_fails(settings: Settings, write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "check") == 0
    capsys.readouterr()
    write("prompts/bad.toml", '[a]\nvi = "UBND"\nen = "One"')
    assert run(settings, "check") == 1
    assert "UBND" in capsys.readouterr().out


def test_list_shows_a_citys_prompts(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "list", "--city", "nui") == 0
    assert "Đây là tổng đài vùng núi." in capsys.readouterr().out


def test_say_wants_a_built_prompt(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PromptError, match="tongdai prompts build"):
        run(settings, "say", "khan", "--city", "bien")
    assert str(settings.sounds / "vi/khan.wav") in capsys.readouterr().out


@pytest.mark.usefixtures("voice")
def test_build_then_say(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, "build") == 0
    monkeypatch.setenv("PATH", "")
    assert run(settings, "say", "chao", "--city", "nui", "--language", "en") == 0
    assert "This is the mountain hotline." in capsys.readouterr().out
    assert run(settings, "check") == 0


@pytest.mark.usefixtures("voice")
def test_a_pack_is_judged_and_levelled(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = tmp_path / "pack"
    (pack / "vi").mkdir(parents=True)
    (pack / "vi/khan.wav").write_bytes(b"nothing")
    assert run(settings, "check", str(pack), "--level", str(tmp_path / "out")) == 1
    said = capsys.readouterr().out
    assert "vi/khan.wav: cannot be heard (not a WAV file)" in said
    assert "1 recordings, 1 faults, " in said
    (pack / "vi/khan.wav").unlink()
    assert run(settings, "check", str(pack)) == 0
    with pytest.raises(PromptError, match="--level needs the folder"):
        run(settings, "check", "--level", str(tmp_path / "out"))


def test_the_reading_list_is_printed_in_either_form(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "sheet", "nui", "--language", "vi") == 0
    table = capsys.readouterr().out
    assert table.startswith("| id | file | text | seconds | tone |\n")
    assert "| chao | nui/vi/chao.wav | Đây là tổng đài vùng núi. | ≈" in table
    assert "/en/" not in table
    assert run(settings, "sheet", "nui", "--csv") == 0
    assert "chao,nui/en/chao.wav,This is the mountain hotline.," in capsys.readouterr().out

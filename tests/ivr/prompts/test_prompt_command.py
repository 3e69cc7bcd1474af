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
    assert "not measured until built" in capsys.readouterr().out
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
    assert "nui (vi): greeting" in capsys.readouterr().out

"""``tongdai asterisk``: what a person types, and what it says."""

import argparse
import json
import os
import stat
from pathlib import Path

import pytest

from ivr.asterisk.control import AsteriskSilent, cli, prepare
from ivr.asterisk.rendering import run_folder
from ivr.commands.asterisk import COMMAND
from ivr.settings import Settings, load_settings
from ivr.testing.asterisk import RunningAsterisk

pytestmark = pytest.mark.asterisk


def run(settings: Settings, *words: str) -> int:
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    return COMMAND.run(settings, parser.parse_args(words))


def test_render_says_where(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "render") == 0
    assert (Path(capsys.readouterr().out.strip()) / "pjsip.conf").exists()
    assert run(settings, "render", "--site") == 0
    assert (Path(capsys.readouterr().out.strip()) / "tongdai-dialplan.conf").exists()


def test_phones_and_version(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "phones") == 0
    kept = json.loads((settings.home / "secrets" / "asterisk.json").read_text())
    assert capsys.readouterr().out.splitlines() == [
        f"{user}\t{password}\tsip:{user}@127.0.0.1:{settings.sip_port}" for user, password in kept["softphones"].items()
    ]
    assert run(settings, "version") == 0
    assert int(capsys.readouterr().out.split(".")[0]) >= 18


def test_start_takes_the_place_of_the_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, words: started.append([path, *words]))
    assert run(settings, "start") == 0
    ((path, *words),) = started
    assert path == words[0]
    assert words[-2:] == ["-f", "-n"]


def test_cli_asks_the_running_one(asterisk: RunningAsterisk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(asterisk.settings, "cli", "core", "show", "version") == 0
    assert capsys.readouterr().out.startswith("Asterisk ")


def test_asking_one_that_does_not_run_says_what_to_do(settings: Settings) -> None:
    prepare(settings)
    with pytest.raises(AsteriskSilent, match="tongdai run"):
        cli(settings, "core show version")


def test_a_run_folder_of_somebody_else_is_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = load_settings(home=tmp_path / ("d" * 120))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(settings.home))
    theirs = run_folder(deep)
    theirs.symlink_to(tmp_path)
    with pytest.raises(AsteriskSilent, match=theirs.name):
        prepare(deep)
    theirs.unlink()
    prepare(deep)
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o700

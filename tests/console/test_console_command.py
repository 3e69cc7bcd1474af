"""``tongdai console`` as its own process behind gunicorn, and what doctor says about the assets."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from console import command
from ivr.testing import free_port
from ivr.testing.asterisk import PATIENCE, wait_for


def test_the_console_serves_and_ends_within_its_grace(desk: Any) -> None:
    port = free_port()
    environment = {**os.environ, "TONGDAI_HOME": str(desk.settings.home), "TONGDAI_CONSOLE_PORT": str(port)}
    started = subprocess.Popen([sys.executable, "-m", "ivr", "console"], env=environment, start_new_session=True)
    try:
        assert _healthz(port, started) == {"status": "ok"}
        wait_for(lambda: len(_children(started.pid)) == desk.settings.console_processes == 2, "one process alone")
        started.send_signal(signal.SIGTERM)
        assert started.wait(PATIENCE) == 0
    finally:
        if started.poll() is None:
            started.kill()
            started.wait()


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


def _healthz(port: int, started: "subprocess.Popen[bytes]") -> Any:
    found: list[Any] = []

    def answers() -> bool:
        assert started.poll() is None, "the console ended at once"
        with (
            suppress(OSError, HTTPException),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE) as answer,
        ):
            found.append(json.load(answer))
        return found != []

    wait_for(answers, "the console did not answer")
    return found[0]


def test_doctor_finds_missing_assets(desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (check,) = command.CHECKS
    monkeypatch.setattr(command, "DIST", tmp_path)
    (finding,) = check.check(desk.settings)
    assert not finding.ok
    assert "app.js" in finding.text
    assert "make web" in finding.remedy
    for name in ("app.js", "style.css", "theme.js", "icons.svg"):
        (tmp_path / name).touch()
    (finding,) = check.check(desk.settings)
    assert finding.ok

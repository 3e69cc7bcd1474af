"""``tongdai console`` as its own process behind gunicorn, and what doctor says about the assets."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from console import command
from ivr.testing import free_port
from ivr.testing_asterisk import wait_for


def test_the_console_serves_and_ends_within_its_grace(desk: Any) -> None:
    port = free_port()
    environment = {**os.environ, "TONGDAI_HOME": str(desk.settings.home), "TONGDAI_CONSOLE_PORT": str(port)}
    started = subprocess.Popen([sys.executable, "-m", "ivr", "console"], env=environment, start_new_session=True)
    try:
        assert _healthz(port, started) == {"status": "ok"}
        wait_for(lambda: len(_children(started.pid)) == desk.settings.console_processes == 2, "one process alone")
        started.send_signal(signal.SIGTERM)
        before = time.monotonic()
        assert started.wait(10) == 0
        assert time.monotonic() - before < 5
    finally:
        if started.poll() is None:
            started.kill()
            started.wait()


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()


def _healthz(port: int, started: "subprocess.Popen[bytes]") -> Any:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        assert started.poll() is None, "the console ended at once"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail("the console did not answer within 40 s")


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

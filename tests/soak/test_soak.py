"""The nemesis in short: random callers, three deaths, and nothing lost; `make soak` is the long one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.asterisk import AsteriskMissing, find_asterisk
from ivr.settings import load_settings
from ivr.testing import need

ROOT = Path(__file__).resolve().parents[2]
SHORT = {
    "minutes": 0.4,
    "every": 8,
    "rate": 0.8,
    "longest": 25,
    "settle": 200,
    "seed": "short",
    "kill": "agi,asterisk,worker-1",
}


@pytest.mark.asterisk
@pytest.mark.timeout(600)
def test_nothing_is_lost_while_processes_die() -> None:
    need(shutil.which("espeak-ng") is not None, "espeak-ng")
    try:
        find_asterisk(load_settings())
    except AsteriskMissing as missing:
        need(False, str(missing))
    words = [word for name, value in SHORT.items() for word in (f"--{name}", str(value))]
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", *words], cwd=ROOT, capture_output=True, text=True, timeout=580, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost 0, doubled 0" in done.stdout
    assert done.stdout.count("back after at most") == 3

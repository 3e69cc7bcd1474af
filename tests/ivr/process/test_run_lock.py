"""One run a home: the second start says who holds it, a dead holder holds nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.process.run_lock import AlreadyRunning, hold, is_running
from ivr.settings import load_settings


def test_a_second_start_is_told_the_pid(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    assert not is_running(settings)
    with hold(settings):
        assert is_running(settings)
        with pytest.raises(AlreadyRunning, match=str(os.getpid())), hold(settings):
            pytest.fail("two held one home")
    assert not is_running(settings)


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import os, signal; from pathlib import Path; from ivr.settings import load_settings\n"
        "from ivr.process.run_lock import hold\n"
        f"with hold(load_settings(home=Path({str(tmp_path)!r}))): os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -9
    settings = load_settings(home=tmp_path)
    assert not is_running(settings)
    with hold(settings):
        assert is_running(settings)

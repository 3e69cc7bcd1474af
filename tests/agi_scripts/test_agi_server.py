"""``tongdai agi``: what it starts without, what it says when it cannot start, how it ends."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agi_scripts.server import clock_from, load_cities
from ivr.errors import TongdaiError
from ivr.phone import RecordEnd
from ivr.prompts import store
from ivr.simulator import Step
from ivr.spool import Spool, find_journals, read_journal
from ivr.testing import NO_DATABASE, free_port, temporary_settings
from ivr.testing.asterisk import PATIENCE, wait_for
from ivr.testing.calls import end
from ivr.testing.citizen import Citizen
from ivr.testing.wire import FakeAsterisk, header


@contextmanager
def serving(home: Path, port: int, *words: str, **given: str) -> Iterator[subprocess.Popen[bytes]]:
    """The server as a process; ended by SIGTERM."""
    environment = os.environ | {"TONGDAI_HOME": str(home), "TONGDAI_AGI_PORT": str(port), **given}
    log = home / "agi.log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "ivr", "agi", *words], env=environment, stderr=output)
    try:
        wait_for(lambda: "agi.ready" in log.read_text() or process.poll() is not None, "the server is not ready")
        yield process
    finally:
        end(process)


def test_without_a_database_a_call_is_taken_and_ends_at_sigterm(tmp_path: Path) -> None:
    port = free_port()
    with serving(
        tmp_path, port, "--at", "2026-03-03T20:00", TONGDAI_DATABASE_URL=NO_DATABASE, TONGDAI_FREE_SPACE_MB="0"
    ) as process:
        steps = (
            Step(wait="menu", press="0"),
            Step(wait="ngoai-gio", press="1"),
            Step(wait="beep", speak=3),
            Step(hang_up=True),
        )
        asterisk = FakeAsterisk(
            citizen=Citizen(steps), env=header(port, city="da-nang", number="0905123456", name="An\x07 'x'")
        )
        asterisk.call(port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    settings = temporary_settings(tmp_path)
    (journal,) = [read_journal(path) for path in find_journals(settings.spool)]
    assert journal.facts.caller_name == "An 'x'"
    assert journal.facts.started_at.astimezone(UTC).hour == 13, "20:00 in Vietnam"
    (sidecar,) = Spool(settings).all()
    assert sidecar.parts[0].end is RecordEnd.HANGUP
    assert asterisk.variables["TONGDAI_STAGE"] == "menu"
    log = (tmp_path / "agi.log").read_text()
    assert "0905123456" not in log, "no phone number in full in the logs"
    assert "prompts.missing" in log


def test_prompts_that_keep_callers_too_long_are_logged_and_calls_are_taken(tmp_path: Path) -> None:
    port = free_port()
    names = [f"{place}vi/{name}" for place in ("", "da-nang/") for name in ("chao", "khan", "ghi-am", "tieng-anh")]
    store.write_manifest(tmp_path / "sounds", {name: store.Built(digest="", seconds=30.0) for name in names})
    with serving(tmp_path, port, TONGDAI_FREE_SPACE_MB="0"):
        asterisk = FakeAsterisk(
            citizen=Citizen([Step(wait="chao", hang_up=True)]), env=header(port, city="da-nang", number="", name="")
        )
        asterisk.call(port)
        assert asterisk.citizen.heard[0] == "chao"
    log = (tmp_path / "agi.log").read_text()
    assert "seconds.past_limit" in log
    assert "seconds.greeting" in log


def test_an_unknown_city_is_answered_by_the_default_one(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port, TONGDAI_FREE_SPACE_MB="0"):
        asterisk = FakeAsterisk(
            citizen=Citizen([Step(wait="menu", hang_up=True)]), env=header(port, city="atlantis", number="", name="")
        )
        asterisk.call(port)
        assert asterisk.citizen.heard == ["chao", "tieng-anh", "ghi-am", "khan", "menu"]


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port):
        environment = os.environ | {
            "TONGDAI_HOME": str(tmp_path), "TONGDAI_AGI_PORT": str(port), "TONGDAI_LANGUAGE": "en",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "ivr", "agi"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 1
    assert f"Cannot listen on FastAGI port {port}" in done.stderr


def test_a_broken_city_is_left_out_unless_it_is_the_default(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(temporary_settings(tmp_path).config, config)
    (config / "cities" / "hai-phong" / "menu.toml").write_text("start = 5")
    notices = config / "cities" / "dong-thap" / "announcements.toml"
    notices.write_text('[[announcements]]\nid = "x"\nvi = "UBND"\nen = "Notice."\n')
    cities, sounds = load_cities(temporary_settings(tmp_path, config=config))
    assert sorted(cities) == sorted(sounds) == ["da-nang"]
    with pytest.raises(TongdaiError):
        load_cities(temporary_settings(tmp_path, config=config, city="hai-phong"))
    with pytest.raises(TongdaiError, match="nowhere"):
        load_cities(temporary_settings(tmp_path, config=config, city="nowhere"))


def test_a_rehearsals_clock_goes_on_from_its_moment() -> None:
    moment = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
    clock = clock_from(moment)
    first, second = clock(), clock()
    assert moment <= first <= second < moment + timedelta(hours=1)

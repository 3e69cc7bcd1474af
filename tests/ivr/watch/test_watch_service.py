"""The watch as a program: stops at a signal, sweeps on although one sweep fails."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from ivr.__main__ import main
from ivr.filing import sweep_thread
from ivr.filing.sweep import SweepReport
from ivr.settings import load_settings
from ivr.store import StoreAway
from ivr.store.migrate import migrate
from ivr.testing import free_port, temporary_settings
from ivr.testing.asterisk import PATIENCE, wait_for
from ivr.testing.database import sqlite_store

NOW = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """The program points its log at this test's captured standard error."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"HOME": tmp_path, "HUB_PORT": free_port(), "AMI_PORT": free_port()}.items():
        monkeypatch.setenv(f"TONGDAI_{name}", str(value))
    migrate(load_settings())
    told: list[str] = []

    def end() -> None:
        until = time.monotonic() + PATIENCE
        while "watch.ready" not in "".join(told) and time.monotonic() < until:
            told.append(capfd.readouterr().err)
            time.sleep(0.05)
        os.kill(os.getpid(), number)

    ending = threading.Thread(target=end)
    ending.start()
    try:
        assert main(["watch"]) == 0
    finally:
        ending.join()
    assert "watch.ready" in "".join(told)


def test_a_sweep_that_fails_is_followed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [RuntimeError("a mistake"), StoreAway("away"), SweepReport(filed=7)]

    def fails(*_: object, **__: object) -> SweepReport:
        outcome = outcomes.pop(0) if len(outcomes) > 1 else outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(sweep_thread, "sweep", fails)
    with sqlite_store(tmp_path) as store:
        settings = temporary_settings(tmp_path, sweep_every=0.2)
        runs = sweep_thread.Sweeping(settings, store, lambda: NOW, lambda: None)
        runs.start()
        try:
            wait_for(lambda: runs.last is not None, "no sweep followed")
        finally:
            runs.stop()
        assert runs.last == SweepReport(filed=7)

"""The disk fills up while a citizen speaks: Asterisk says nothing of it, the file against the time does.

Real Asterisk, a real SIP call, spool and recordings on a small disk.
"""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.filing.filing import renew_codes
from ivr.filing.sweep import sweep
from ivr.reconcile import reconcile
from ivr.settings import Settings
from ivr.simulator.outcome import find_outcome
from ivr.spool import Spool
from ivr.spool.codebook import CodeBook
from ivr.store import Store, open_store
from ivr.testing import find_scenario
from ivr.testing.asterisk import RunningAsterisk, wait_for
from ivr.testing.calls import play_all
from ivr.testing.disk import SmallDisk, small_disk
from ivr.testing.line import short_instance
from ivr.testing.processes import running
from ivr.testing.spool import size

pytestmark = [pytest.mark.asterisk, pytest.mark.mounts, pytest.mark.timeout(1200)]

SPOKEN = 18.0
"""Seconds the citizen speaks; the disk is full after the first few, also where the machine stands still meanwhile."""
_SENT = find_scenario("da-nang/mat-ket-noi-gui")
REPORT = replace(_SENT, steps=tuple(replace(step, speak=SPOKEN) if step.speak else step for step in _SENT.steps))


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with tempfile.TemporaryDirectory(prefix="tdf", dir="/tmp") as folder, small_disk(Path(folder), mib=4) as mounted:
        yield mounted


@pytest.fixture
def asterisk(disk: SmallDisk) -> Iterator[RunningAsterisk]:
    """Spool and recordings on the small disk, everything else where there is room."""
    with short_instance(record_limit=30, free_space_mb=1) as running_one:
        settings = running_one.settings
        for folder in (settings.spool, settings.recordings):
            (disk.path / folder.name).mkdir()
            if folder.exists():
                folder.rmdir()
            folder.symlink_to(disk.path / folder.name)
        yield running_one


def speaking(settings: Settings) -> bool:
    return any(size(path) > 20_000 for path in settings.spool.glob("*.1.alaw"))


def test_a_report_cut_by_the_full_disk_is_told(disk: SmallDisk, asterisk: RunningAsterisk) -> None:
    """What was written is filed at once and flagged; code, contact and publication are durable on the full disk."""
    settings = asterisk.settings
    with closing(open_store(settings)) as store:
        renew_codes(store, CodeBook(settings.codes), REPORT.at)
        with running(settings, "agi", "--at", REPORT.at.isoformat(), ready="agi.ready"), ThreadPoolExecutor(1) as pool:
            playing = pool.submit(play_all, [REPORT], asterisk, again=False)
            wait_for(lambda: speaking(settings), "nobody speaks")
            disk.fill()
            played = playing.result(240)[REPORT.name]
            assert played.faults == ()
            assert ("ma", "ma-la", "nhac-lai") in played.plays
            assert disk.free < 2**18, "somebody made room"
            disk.make_room()
            wait_for(lambda: swept(settings, store), "it stays in the spool")
        outcome = find_outcome(store, REPORT.tag)
        assert outcome is not None
        (ticket,) = outcome.tickets
        assert ticket["seconds"] < SPOKEN - 1
        assert ticket["flags"] == ["truncated"]
        known = {name: ticket[name] for name in ("code", "contact", "publish")}
        assert known == {"code": True, "contact": "caller", "publish": True}
        assert reconcile(settings, store, REPORT.at + timedelta(minutes=5)).is_whole
        assert list(settings.spool.iterdir()) == []


def swept(settings: Settings, store: Store) -> bool:
    sweep(settings, store, Spool(settings), REPORT.at, set())
    return not any(settings.spool.iterdir())

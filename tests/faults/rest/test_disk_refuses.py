"""The disk refuses before the beep: no recording is pretended, the caller is led to a person, the log has an alarm.

The FastAGI server as a process on a small file system of its own; the calls come from a fake Asterisk, which knows
exactly what was played.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.filing.filing import renew_codes
from ivr.filing.sweep import sweep
from ivr.reconcile import Severity, reconcile
from ivr.settings import Settings
from ivr.simulator import Scenario
from ivr.simulator.free_ports import free_ports
from ivr.simulator.outcome import Outcome, differences, find_outcome
from ivr.spool import Spool
from ivr.spool.codebook import CodeBook
from ivr.store import Store, open_store
from ivr.testing import find_scenario, temporary_settings
from ivr.testing.asterisk import wait_for
from ivr.testing.citizen import Citizen
from ivr.testing.disk import SmallDisk, small_disk
from ivr.testing.processes import Running, running
from ivr.testing.wire import FakeAsterisk, header

REPORT = find_scenario("da-nang/phan-anh-gui")
REFUSED = find_scenario("da-nang/phan-anh-het-cho")
MIB = 2**20


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """How the disk refuses and how it is mended."""

    begin: Callable[[SmallDisk], object]
    end: Callable[[SmallDisk], object]


def set_rights(mode: int) -> Callable[[SmallDisk], None]:
    """Make the spool a folder of these rights."""
    return lambda disk: (disk.path / "spool").chmod(mode)


REFUSALS = {
    "full": Refusal(begin=SmallDisk.fill, end=SmallDisk.make_room),
    "nearly-full": Refusal(begin=lambda disk: disk.fill(leave=MIB // 2), end=SmallDisk.make_room),
    "no-inodes": Refusal(begin=SmallDisk.use_up_inodes, end=SmallDisk.make_room),
    "read-only": Refusal(begin=lambda disk: disk.read_only(True), end=lambda disk: disk.read_only(False)),
    "no-rights": Refusal(begin=set_rights(0o500), end=set_rights(0o700)),
}
WITHOUT_ROOTS_RIGHTS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
"""Root writes into any folder; a service without these two capabilities is refused like other users."""

pytestmark = pytest.mark.mounts


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tdd", dir="/tmp") as folder:
        yield Path(folder) / "home"


def settings_in(home: Path, database: Path) -> Settings:
    (port,) = free_ports(1)
    home.mkdir(exist_ok=True)
    shutil.copyfile(database, home / "tongdai.db")
    return temporary_settings(home, free_space_mb=1, agi_port=port)


@contextmanager
def spool_disk(settings: Settings) -> Iterator[SmallDisk]:
    """Spool and recordings on a small disk, everything else where there is room."""
    with small_disk(settings.home / "disk", mib=4, inodes=400) as disk:
        for folder in (settings.spool, settings.recordings):
            (disk.path / folder.name).mkdir()
            folder.symlink_to(disk.path / folder.name)
        yield disk


def call(scenario: Scenario, settings: Settings, name: str) -> tuple[Scenario, Citizen]:
    """One call to its end; what the citizen heard. A key comes as late as a citizen's: the server would drop others."""
    scenario = replace(scenario, name=f"{scenario.name}-{name}")
    citizen = Citizen(scenario.steps)
    env = header(settings.agi_port, city=scenario.city, number=scenario.number, name=scenario.token)
    FakeAsterisk(citizen=citizen, env=env, wait=time.sleep).call(settings.agi_port)
    assert citizen.steps_left == 0, citizen.heard
    return scenario, citizen


def check(settings: Settings, store: Store, *scenarios: Scenario) -> None:
    """Each call ended in its one way, and as it should."""
    for scenario in scenarios:
        assert differences(scenario.expected, ended(settings, store, scenario)) == []


def check_without_history(settings: Settings, store: Store, *scenarios: Scenario) -> None:
    """The calls are counted, each ended as it did; the disk took no history of them."""
    for scenario in scenarios:
        outcome = ended(settings, store, scenario)
        assert (outcome.end, outcome.tickets) == (scenario.expected.end, ())


def ended(settings: Settings, store: Store, scenario: Scenario) -> Outcome:
    """What came of a call; the sweep, which runs in another process, is done here."""

    def find() -> Outcome | None:
        spool = Spool(settings)
        sweep(settings, store, spool, REPORT.at, set())
        return None if spool.ulids() else find_outcome(store, scenario.tag)

    wait_for(find, f"{scenario.name} left no ended row")
    found = find()
    assert found is not None
    return found


def agi(settings: Settings) -> AbstractContextManager[Running]:
    """The FastAGI server without root's right to write anywhere."""
    words = ("agi", "--at", REPORT.at.isoformat())
    return running(settings, *words, ready="agi.ready", wrapper=WITHOUT_ROOTS_RIGHTS)


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    with closing(open_store(settings)) as store:
        renew_codes(store, CodeBook(settings.codes), REPORT.at)
        yield store


@pytest.mark.parametrize("name", REFUSALS)
def test_the_spool_refuses(name: str, home: Path, empty_database: Path) -> None:
    settings, refusal = settings_in(home, empty_database), REFUSALS[name]
    with spool_disk(settings) as disk, opened(settings) as store, agi(settings) as server:
        before, _ = call(REPORT, settings, "before")
        check(settings, store, before)
        refusal.begin(disk)
        refused, citizen = call(REFUSED, settings, "refused")
        assert "beep" not in citizen.heard
        assert len(re.findall(r"level=error event=record\.no_room ulid=\w+", server.said())) == 1
        refusal.end(disk)
        again, _ = call(REPORT, settings, "again")
        check(settings, store, before, again)
        check_without_history(settings, store, refused)
        assert reconcile(settings, store, REPORT.at + timedelta(minutes=5)).find_all(Severity.OFF) == []
        assert list(settings.spool.iterdir()) == []


def test_the_whole_disk_is_full(home: Path, empty_database: Path) -> None:
    """Database, logs, codes and spool on one full disk: calls are served, and counted when there is room again."""
    with small_disk(home, mib=8) as disk:
        settings = settings_in(home, empty_database)
        with opened(settings) as store, agi(settings) as server:
            before, _ = call(REPORT, settings, "before")
            check(settings, store, before)
            disk.fill()
            refused = [call(REFUSED, settings, f"refused-{number}") for number in range(3)]
            assert all("beep" not in citizen.heard for _, citizen in refused)
            assert server.process.poll() is None
            disk.make_room()
            again, _ = call(REPORT, settings, "again")
            check(settings, store, before, again)
            check_without_history(settings, store, *(scenario for scenario, _ in refused))
            assert reconcile(settings, store, REPORT.at + timedelta(minutes=5)).is_whole

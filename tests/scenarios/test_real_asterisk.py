"""Every call of ``tests/calls`` as a real SIP call on a real Asterisk, all at once; the server is its own process."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

import pytest

from ivr.asterisk import find_asterisk
from ivr.migrate import migrate
from ivr.prompts import build
from ivr.scenario import Operator, Scenario
from ivr.scenario.outcome import differences, find_outcome
from ivr.scenario.play import Played, play
from ivr.scenario.tail import Journals
from ivr.settings import Settings
from ivr.store import Store, open_store
from ivr.testing import NO_DATABASE, all_scenarios, need, prepare
from ivr.testing_asterisk import RunningAsterisk, private_settings, running_asterisk, wait_for

pytestmark = pytest.mark.asterisk


@dataclass(frozen=True, kw_only=True, order=True)
class Circumstances:
    """What must hold of the whole instance while a call is made."""

    at: datetime
    switches: tuple[str, ...]
    operator: Operator
    room: bool
    database: bool

    @classmethod
    def of(cls, scenario: Scenario) -> "Circumstances":
        return cls(
            at=scenario.at,
            switches=tuple(sorted(scenario.switches)),
            operator=scenario.operator,
            room=scenario.room,
            database=scenario.database,
        )

    def __str__(self) -> str:
        parts = [f"{self.at:%m-%d-%H%M}", *self.switches, self.operator.value]
        return "-".join(parts + ["no-room"] * (not self.room) + ["no-database"] * (not self.database))


GROUPS = {
    circumstances: list(scenarios)
    for circumstances, scenarios in groupby(sorted(all_scenarios(), key=Circumstances.of), key=Circumstances.of)
}


@pytest.fixture(scope="session")
def asterisk() -> Iterator[RunningAsterisk]:
    """One Asterisk with built prompts and a migrated database; short waits, because silence takes its time."""
    with tempfile.TemporaryDirectory(prefix="tds", dir="/tmp") as folder:
        settings = private_settings(
            Path(folder), key_wait=2.0, record_silence=3, record_limit=12, operator_wait=5, free_space_mb=0
        )
        need(find_asterisk(settings), "an Asterisk ≥ 18 (make asterisk)")
        build(settings, say=lambda line: None)
        migrate(settings)
        with running_asterisk(settings) as running:
            yield running


@contextmanager
def hotline(settings: Settings, circumstances: Circumstances) -> Iterator[None]:
    """The FastAGI server as a process, under the circumstances of a group."""
    given = {
        "home": settings.home,
        "agi_port": settings.agi_port,
        "key_wait": settings.key_wait,
        "record_silence": settings.record_silence,
        "record_limit": settings.record_limit,
        "operator_wait": settings.operator_wait,
        "operator_phone": "Local/answer@tongdai-test" if circumstances.operator is Operator.ANSWERS else "PJSIP/100",
        "free_space_mb": 0 if circumstances.room else 2**40,
        "database_url": "" if circumstances.database else NO_DATABASE,
    }
    environment = os.environ | {f"TONGDAI_{name.upper()}": str(value) for name, value in given.items()}
    words = [sys.executable, "-m", "ivr", "agi", "--at", circumstances.at.isoformat()]
    log = settings.home / f"agi-{circumstances}.log"
    with log.open("wb") as output, subprocess.Popen(words, env=environment, stdout=output, stderr=output) as process:
        try:
            wait_for(
                lambda: "agi.ready" in log.read_text() or process.poll() is not None, 20, "the server did not start"
            )
            assert process.poll() is None, log.read_text()
            yield
        finally:
            process.terminate()
            process.wait(10)


@pytest.mark.parametrize("circumstances", GROUPS, ids=str)
def test_real_asterisk(circumstances: Circumstances, asterisk: RunningAsterisk) -> None:
    scenarios = GROUPS[circumstances]
    store = open_store(asterisk.settings)
    for scenario in scenarios:
        prepare(asterisk.settings, store, scenario)
    with hotline(asterisk.settings, circumstances):
        played = asyncio.run(place(scenarios, asterisk.settings))
        faults = [fault for scenario in scenarios for fault in judge(scenario, played[scenario.name], store)]
    store.close()
    assert not faults, "\n".join(faults)


async def place(scenarios: list[Scenario], settings: Settings) -> dict[str, Played]:
    """All calls at once."""
    journals = Journals(settings.spool)
    calls = [play(one, host="127.0.0.1", port=settings.sip_port, journals=journals) for one in scenarios]
    return dict(zip((one.name for one in scenarios), await asyncio.gather(*calls), strict=True))


def judge(scenario: Scenario, played: Played, store: Store) -> list[str]:
    """What went otherwise than the scenario says."""
    wait_for(lambda: find_outcome(store, scenario.tag), 10, f"{scenario.name}: the call left no row")
    outcome = find_outcome(store, scenario.tag)
    assert outcome is not None
    return [f"{scenario.name}: {fault}" for fault in (*played.faults, *differences(scenario.expected, outcome))]

"""Every call of ``tests/calls`` as a real SIP call on a real Asterisk, dozens at once; the server is a process."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path

import pytest

from ivr.asterisk import find_asterisk
from ivr.filing.filing import renew_codes
from ivr.filing.sweep import sweep
from ivr.prompts import build
from ivr.settings import Settings
from ivr.simulator import Scenario
from ivr.simulator.outcome import differences, find_outcome
from ivr.simulator.play import Played
from ivr.spool import Spool
from ivr.spool.codebook import CodeBook
from ivr.store import Store, open_store
from ivr.store.migrate import migrate
from ivr.testing import all_scenarios, need, prepare
from ivr.testing.asterisk import RunningAsterisk, private_settings, running_asterisk, wait_for
from ivr.testing.calls import Circumstances, add_talker, cut_short, hotline, play_all

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1800)]

RECORD_LIMIT, RECORD_TOTAL, RECORD_SILENCE, KEY_WAIT = 22, 20, 3, 1.5
"""A take lasts the limit less ten seconds."""


def lasts(scenario: Scenario) -> float:
    """About how many seconds a call takes: the longest begin first, so that none is left alone at the end."""
    unpressed = sum(RECORD_SILENCE if step.wait == "beep" else KEY_WAIT for step in scenario.steps if step.silence)
    return len(scenario.steps) + unpressed + sum(min(step.spoken, RECORD_TOTAL) for step in scenario.steps)


GROUPS = {
    circumstances: sorted(scenarios, key=lasts, reverse=True)
    for circumstances, scenarios in groupby(sorted(all_scenarios(), key=Circumstances.of), key=Circumstances.of)
}


@pytest.fixture(scope="module")
def asterisk() -> Iterator[RunningAsterisk]:
    """One Asterisk with prompts of half a second and short waits: what is heard counts here, not how it sounds."""
    with tempfile.TemporaryDirectory(prefix="tds", dir="/tmp") as folder:
        settings = private_settings(
            Path(folder),
            key_wait=KEY_WAIT,
            record_silence=RECORD_SILENCE,
            record_limit=RECORD_LIMIT,
            record_total=RECORD_TOTAL,
            operator_wait=5,
            free_space_mb=0,
            sweep_still=0.2,
        )
        need(find_asterisk(settings), "an Asterisk ≥ 18 (make asterisk)")
        build(settings, say=lambda line: None)
        cut_short(settings, 0.5)
        migrate(settings)
        add_talker(settings)
        with running_asterisk(settings) as running:
            yield running


@pytest.fixture
def store(asterisk: RunningAsterisk) -> Iterator[Store]:
    opened = open_store(asterisk.settings)
    yield opened
    opened.close()


@pytest.mark.parametrize("circumstances", GROUPS, ids=str)
def test_real_asterisk(circumstances: Circumstances, asterisk: RunningAsterisk, store: Store) -> None:
    scenarios, settings = GROUPS[circumstances], asterisk.settings
    renew_codes(store, CodeBook(settings.codes), circumstances.at)
    for scenario in scenarios:
        prepare(settings, store, scenario)
    with hotline(settings, circumstances):
        played = play_all(scenarios, asterisk)
        with suppress(AssertionError):  # what is missing then is reported scenario by scenario
            wait_for(lambda: is_filed(settings, store, circumstances), "something stays in the spool")
        faults = [fault for scenario in scenarios for fault in judge(scenario, played[scenario.name], store)]
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)


def is_filed(settings: Settings, store: Store, circumstances: Circumstances) -> bool:
    """Whether the spool is empty; what the server found no database for is filed by the sweep, as it is in a city."""
    spool = Spool(settings)
    sweep(settings, store, spool, circumstances.at, set())
    return not spool.ulids()


def judge(scenario: Scenario, played: Played, store: Store) -> list[str]:
    """What went otherwise than the scenario says."""
    try:
        wait_for(lambda: find_outcome(store, played.tag), "the call left no row")
    except AssertionError as error:
        return [f"{scenario.name}: {fault}" for fault in (*played.faults, str(error))]
    outcome = find_outcome(store, played.tag)
    assert outcome is not None
    return [f"{scenario.name}: {fault}" for fault in (*played.faults, *differences(scenario.expected, outcome))]

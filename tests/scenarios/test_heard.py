"""One call a city on a real Asterisk with whole prompts: what came down the caller's leg is what we built."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from ivr.asterisk import find_asterisk
from ivr.commands.call import run_scenarios
from ivr.filing.filing import renew_codes
from ivr.model import Call
from ivr.prompts import build, load_catalogue
from ivr.simulator import Scenario
from ivr.simulator.journal_tail import Journals
from ivr.simulator.outcome import differences, find_outcome
from ivr.simulator.play import Played, play_punctually
from ivr.simulator.sounds import from_alaw
from ivr.spool.codebook import CodeBook
from ivr.store import open_store
from ivr.store.migrate import migrate
from ivr.testing import find_scenario, need
from ivr.testing.asterisk import RunningAsterisk, private_settings, running_asterisk, wait_for
from ivr.testing.calls import Circumstances, hotline
from ivr.testing.ears import find, read_sound

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(1200)]

SCENARIOS = [find_scenario(name) for name in ("da-nang/du-lieu-gui", "hai-phong/cham-gui", "dong-thap/tieng-anh")]
LISTENED = 2.5
"""Seconds the citizen listens before a key; so much of each prompt must be heard."""
ALIKE = 0.9
"""Least correlation of what was heard with what was built; A-law alone costs 0.001."""


@pytest.fixture
def asterisk() -> Iterator[RunningAsterisk]:
    with tempfile.TemporaryDirectory(prefix="tdh", dir="/tmp") as folder:
        settings = private_settings(Path(folder), key_wait=2.0, free_space_mb=0)
        need(find_asterisk(settings), "an Asterisk ≥ 18 (make asterisk)")
        build(settings, say=lambda line: None)
        migrate(settings)
        with running_asterisk(settings) as running:
            yield running


def test_the_caller_hears_the_prompts_that_were_built(
    asterisk: RunningAsterisk, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = asterisk.settings
    with closing(open_store(settings)) as store:
        renew_codes(store, CodeBook(settings.codes), SCENARIOS[0].at)
        with hotline(settings, Circumstances.of(SCENARIOS[0])):
            for scenario, played in zip(SCENARIOS, asyncio.run(listen(asterisk)), strict=True):
                assert played.faults == ()
                wait_for(lambda: find_outcome(store, "", ulid=played.ulid), "the call left no row")  # noqa: B023
                outcome = find_outcome(store, "", ulid=played.ulid)
                assert outcome is not None
                assert differences(scenario.expected, outcome) == []
                assert unheard(asterisk, scenario, played) == []
            assert run_scenarios(settings, [find_scenario("da-nang/gac-may-ngay")], host="127.0.0.1", quiet=False) == 0
            with store.reading() as session:
                trials = session.scalars(select(Call.caller_name).where(Call.trial)).all()
            assert [name.split(":")[0] for name in trials] == ["da-nang/gac-may-ngay"]
    printed = capsys.readouterr().out
    assert "♪ chao tieng-anh ghi-am khan" in printed
    assert "■ hung_up" in printed
    assert "✓" in printed


async def listen(asterisk: RunningAsterisk) -> list[Played]:
    settings = asterisk.settings
    journals = Journals(settings.spool)
    calls = [
        play_punctually(
            scenario,
            host="127.0.0.1",
            port=settings.sip_port,
            journals=journals,
            listens=LISTENED + 0.5,
        )
        for scenario in SCENARIOS
    ]
    return list(await asyncio.gather(*calls))


def unheard(asterisk: RunningAsterisk, scenario: Scenario, played: Played) -> list[str]:
    """Prompts that began, but whose beginning is not in the caller's leg behind the one before."""
    catalogue = load_catalogue(asterisk.settings, scenario.city)
    stream = from_alaw(played.heard)
    missing, at, language = [], 0, "vi"
    for prompts in played.plays:
        if prompts == ("beep",) or prompts[0].startswith("take."):
            continue
        if prompts[0] == "doi-tieng":
            language = "en"
        sound = read_sound(catalogue.sound(prompts[0], "en" if language == "en" else "vi").path, LISTENED)
        place, likeness = find(np.pad(stream[at:], (0, len(sound))), sound)
        if likeness < ALIKE:
            missing.append(f"{scenario.name}: {prompts[0]} ({likeness:.2f})")
        else:
            at += place
    return missing

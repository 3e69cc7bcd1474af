"""Every call of ``tests/calls`` on a fake Asterisk: our FastAGI server, its threads and its wire are real."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agi_scripts.hotline import Hotline
from ivr.city.city import City
from ivr.prompts import Catalogue
from ivr.simulator import Scenario
from ivr.simulator.outcome import differences, find_outcome
from ivr.testing import all_scenarios, open_instance, scenario_settings
from ivr.testing.citizen import Citizen
from ivr.testing.wire import FakeAsterisk, header, serving


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda scenario: scenario.name)
def test_fake_asterisk(
    scenario: Scenario,
    tmp_path: Path,
    empty_database: Path,
    get_city: Callable[[str], City],
    get_sounds: Callable[[str], Catalogue],
) -> None:
    citizen = Citizen(scenario.steps)
    settings = scenario_settings(tmp_path, scenario)
    with open_instance(settings, empty_database, lambda: scenario.at, away=not scenario.database) as house:
        house.prepare(scenario)
        hotline = Hotline(
            settings=house.settings,
            cities={scenario.city: get_city(scenario.city)},
            sounds={scenario.city: get_sounds(scenario.city)},
            desk=house.desk,
            clock=lambda: scenario.at,
            line_clock=lambda: citizen.now,
        )
        with serving(hotline) as server:
            env = header(
                server.port, city=scenario.city, number=scenario.number, name=scenario.token, called=scenario.called
            )
            asterisk = FakeAsterisk(citizen=citizen, env=env, operator=scenario.operator)
            asterisk.call(server.port)
            assert server.wait(60)
        house.settle()
        outcome = find_outcome(house.store, scenario.tag)
    assert outcome is not None, "the call left no row"
    assert differences(scenario.expected, outcome) == []
    assert citizen.steps_left == 0, f"never came to {scenario.steps[-citizen.steps_left]}"
    assert asterisk.fell_back == (outcome.end != "completed")

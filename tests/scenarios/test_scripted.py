"""Every call of ``tests/calls`` on a scripted phone: the engine and everything behind it, no wire."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.city.city import City
from ivr.engine import Served, run_call
from ivr.phone import Caller
from ivr.prompts import Catalogue
from ivr.simulator import Scenario
from ivr.simulator.outcome import differences, find_outcome
from ivr.testing import ScriptedPhone, all_scenarios, open_instance, scenario_settings
from ivr.testing.citizen import Citizen


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda scenario: scenario.name)
def test_scripted_phone(
    scenario: Scenario,
    tmp_path: Path,
    empty_database: Path,
    get_city: Callable[[str], City],
    get_sounds: Callable[[str], Catalogue],
) -> None:
    citizen = Citizen(scenario.steps)
    caller = Caller(
        number=scenario.number,
        name=scenario.token,
        called=scenario.called,
        uniqueid="1772505000.1",
        linkedid="1772505000.1",
        city=scenario.city,
    )
    settings = scenario_settings(tmp_path, scenario)
    with open_instance(settings, empty_database, lambda: scenario.at, away=not scenario.database) as house:
        house.prepare(scenario)
        phone = ScriptedPhone(citizen, caller, operator=scenario.operator)
        run_call(
            Served(
                phone=phone,
                city=get_city(scenario.city),
                sounds=get_sounds(scenario.city),
                dependencies=house.desk,
                clock=lambda: scenario.at,
                settings=house.settings,
            )
        )
        house.settle()
        outcome = find_outcome(house.store, scenario.tag)
    assert outcome is not None, "the call left no row"
    assert differences(scenario.expected, outcome) == []
    assert citizen.steps_left == 0, f"never came to {scenario.steps[-citizen.steps_left]}"

"""Every way out of every node of every city is taken by some call of ``tests/calls``."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from ivr.city.city import City
from ivr.city.flow.graph import transitions
from ivr.city.flow.nodes import Menu, Node
from ivr.engine import Answer, CannotLook, Dependencies, Found, NotFound, Served, run_call, walk
from ivr.engine.call import Call
from ivr.engine.dependencies import NullSink
from ivr.model.code import make_code
from ivr.phone import Caller
from ivr.prompts import Catalogue
from ivr.settings import Settings
from ivr.settings.files import find_cities
from ivr.simulator import Scenario
from ivr.spool import Spool
from ivr.testing import ScriptedPhone, all_scenarios, scenario_settings, throw_switches
from ivr.testing.citizen import Citizen


class OneCode:
    def take(self, now: datetime) -> str:
        return make_code(2026, 1)


def desk_of(scenario: Scenario, settings: Settings) -> Dependencies:
    def look(code: str, secret: str, source: str, now: datetime) -> Answer:
        if not scenario.database:
            return CannotLook()
        for ticket in scenario.tickets:
            if (code, secret) == (ticket.code, ticket.last4):
                return Found(state=ticket.state, agency=None, due_at=None, overdue=False, refusal=None)
        return NotFound()

    return Dependencies(
        spool=Spool(settings), codes=OneCode(), filer=NullSink(), find_status=look, pin_mac=lambda ulid, pin: "mac"
    )


def edges(
    folder: Path, scenario: Scenario, city: City, sounds: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> set[tuple[str, str]]:
    """(node, where to) for each node a call left; a menu's key is an edge of its own: two keys may lead to one node."""
    folder.mkdir(parents=True)
    settings = scenario_settings(folder, scenario)
    throw_switches(settings, scenario)
    caller = Caller(number=scenario.number, name="", called="1022", uniqueid="1.1", linkedid="1.1", city=city.id)
    phone = ScriptedPhone(Citizen(scenario.steps), caller, operator=scenario.operator)
    taken: set[tuple[str, str]] = set()
    visit = walk.visit

    def noting(call: Call, node: Node) -> str | None:
        following = visit(call, node)
        key = call.dialogue.all_keys[-1:]
        if following is not None:
            chosen = isinstance(node, Menu) and key in node.keys and node.keys[key].goto == following
            taken.add((node.id, f"key {key}" if chosen else following))
        return following

    with monkeypatch.context() as patch:
        patch.setattr(walk, "visit", noting)
        run_call(
            Served(
                phone=phone,
                city=city,
                sounds=sounds,
                dependencies=desk_of(scenario, settings),
                clock=lambda: scenario.at,
                settings=settings,
            )
        )
    return taken


def all_edges(city: City) -> set[tuple[str, str]]:
    wanted: set[tuple[str, str]] = set()
    for node in city.flow.nodes.values():
        match node:
            case Menu():
                wanted |= {(node.id, f"key {key}") for key in node.keys} | {(node.id, node.give_up)}
            case _:
                wanted |= {(node.id, transition.goto) for transition in transitions(node)}
    return wanted


@pytest.mark.parametrize("name", ["da-nang", "hai-phong", "dong-thap"])
def test_every_way_is_taken(
    name: str,
    tmp_path: Path,
    get_city: Callable[[str], City],
    get_sounds: Callable[[str], Catalogue],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    city, sounds = get_city(name), get_sounds(name)
    taken: set[tuple[str, str]] = set()
    for scenario in all_scenarios():
        if scenario.city == name:
            taken |= edges(tmp_path / scenario.name, scenario, city, sounds, monkeypatch)
    assert sorted(all_edges(city) - taken) == []


def test_no_city_is_forgotten(base_settings: Settings) -> None:
    assert {scenario.city for scenario in all_scenarios()} == set(find_cities(base_settings.config))

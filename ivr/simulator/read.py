"""``tests/calls/*.toml`` → :class:`Scenario`; every fault of a file is reported at once."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ivr.errors import TongdaiError
from ivr.settings.faults import Fault
from ivr.settings.files import read_toml
from ivr.settings.shape import check_shape
from ivr.simulator.expand import Expanded, expand
from ivr.simulator.shape import ExpectTable, ScenarioFile
from ivr.simulator.values import Expected, Scenario
from ivr.words import tr


class ScenarioFault(TongdaiError):
    """A scenario file is not what it should be."""


def read_scenarios(path: Path) -> list[Scenario]:
    """The scenarios in ``path``: one, or one for each of its ``cities``, named ``<city>/<file>``.

    Raises :class:`ScenarioFault` with everything that is wrong in it.
    """
    faults: list[Fault] = []
    data = read_toml(path, str(path), faults)
    expanded = expand(path, data, faults) if data is not None else []
    scenarios = [_scenario(path, single, faults) for single in expanded]
    if faults:
        raise ScenarioFault("\n".join(dict.fromkeys(map(str, faults))))
    return [scenario for scenario in scenarios if scenario is not None]


def read_scenario(path: Path) -> Scenario:
    """The scenario of a file that holds a single one; :class:`ScenarioFault` as above."""
    scenarios = read_scenarios(path)
    if len(scenarios) != 1:
        names = ", ".join(scenario.name for scenario in scenarios)
        text = tr(f"có nhiều kịch bản: {names}", f"holds several scenarios: {names}")
        raise ScenarioFault(f"{path.name}: {text}")
    return scenarios[0]


def _scenario(path: Path, expanded: Expanded, faults: list[Fault]) -> Scenario | None:
    """The scenario of one table, or None and its faults, with steps numbered as in the file."""
    found: list[Fault] = []
    file = check_shape(ScenarioFile, expanded.table, found, file=path.name)
    faults += [replace(fault, setting=_as_in_file(fault.setting, expanded.places)) for fault in found]
    if file is None:
        return None
    return Scenario(
        name=expanded.name,
        title=file.title.model_dump(),
        city=file.city,
        number=file.number,
        caller_name=file.name,
        called=file.called,
        at=file.at,
        switches=frozenset(file.switches),
        operator=file.operator,
        room=file.room,
        database=file.database,
        tickets=file.ticket,
        steps=file.steps,
        expected=_expected(file.expect),
    )


def _as_in_file(setting: str, places: Sequence[int]) -> str:
    return re.sub(r"^steps\[(\d+)\]", lambda match: f"steps[{places[int(match[1]) - 1]}]", setting)


def _expected(table: ExpectTable) -> Expected:
    filed = table.filed
    return Expected(
        heard=table.heard,
        unheard=table.unheard,
        end=table.end,
        filed=None if filed is None else tuple(ticket.model_dump(mode="json", exclude_unset=True) for ticket in filed),
    )

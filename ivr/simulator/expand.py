"""A scenario file of several cities: ``cities = [...]`` makes one scenario of each, with the city's own keys.

What differs between cities stands in ``ways/<city>.toml`` beside the scenario files: the city's name, the number that
is dialled, and named ways: steps through its menu. The parsed table of a file is expanded before its shape is checked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ivr.settings.faults import Fault
from ivr.settings.files import read_toml
from ivr.settings.shape import Filled, Shape, check_shape
from ivr.simulator.shape import Both, FileStep
from ivr.words import tr

_STEP_OF_A_WAY = {"way", "wait"}
_Ways = Mapping[str, Sequence[Mapping[str, Any]]]
"""Steps of each way as they are written."""


class CityWays(Shape):
    """A file of ``ways/``."""

    name: Both
    called: Filled
    ways: Mapping[str, tuple[FileStep, ...]]


@dataclass(frozen=True, kw_only=True)
class _City:
    """A city's file as it was checked, and the steps of its ways as they are written."""

    checked: CityWays
    written: _Ways


@dataclass(frozen=True, kw_only=True)
class Expanded:
    """The table of one scenario; ``places`` has for each of its steps the number of its step in the file."""

    name: str
    table: dict[str, Any]
    places: tuple[int, ...]


def expand(path: Path, table: dict[str, Any], faults: list[Fault]) -> list[Expanded]:
    """The scenarios of a parsed file: of each city in ``cities``, or the one it is; none where that has faults."""
    steps = table.get("steps")
    if "cities" not in table:
        places = range(1, len(steps) + 1) if isinstance(steps, list) else ()
        name = f"{path.parent.name}/{path.stem}" if path.parent.name == table.get("city") else path.stem
        return [Expanded(name=name, table=table, places=tuple(places))]
    found = [_of_city(path, table, city, faults) for city in _cities(path, table, faults)]
    return [scenario for scenario in found if scenario is not None]


def _cities(path: Path, table: Mapping[str, Any], faults: list[Fault]) -> list[str]:
    given = table["cities"]
    text = ""
    if "city" in table:
        text = tr("ghi city hoặc cities, không ghi cả hai", "give city or cities, not both")
    elif not isinstance(given, list) or not given or not all(isinstance(city, str) for city in given):
        text = tr("phải là danh sách tên thành phố", "must be a list of cities' names")
    elif len(set(given)) < len(given):
        text = tr("có thành phố ghi hai lần", "names a city twice")
    if text:
        faults.append(Fault(file=path.name, setting="cities", text=text))
        return []
    return list(given)


def _of_city(path: Path, table: Mapping[str, Any], city: str, faults: list[Fault]) -> Expanded | None:
    """The scenario as it goes in ``city``."""
    found, of_ways = _read_ways(path.parent / "ways" / f"{city}.toml")
    faults += [fault for fault in of_ways if fault not in faults]
    if found is None:
        return None
    ways = found.written
    before = len(faults)
    steps, places = _steps(path, table.get("steps", ()), city, ways, faults)
    own = {name: value for name, value in table.items() if name != "cities"}
    expect = table.get("expect")
    if isinstance(expect, dict) and isinstance(expect.get("heard"), list):
        own["expect"] = expect | {"heard": _heard(path, expect["heard"], city, ways, faults)}
    if isinstance(own.get("title"), dict):
        own["title"] = {key: f"{getattr(found.checked.name, key, '')}: {text}" for key, text in own["title"].items()}
    if len(faults) > before:
        return None
    table = {"called": found.checked.called, **own, "city": city, "steps": steps}
    return Expanded(name=f"{city}/{path.stem}", table=table, places=places)


def _steps(
    path: Path, given: Any, city: str, ways: _Ways, faults: list[Fault]
) -> tuple[Any, tuple[int, ...]]:  # whatever the file holds there: the shape judges it
    """The steps with those of the city's ways in their places, and the number each had."""
    if not isinstance(given, list | tuple):
        return given, ()
    steps: list[Any] = []
    places: list[int] = []
    for number, step in enumerate(given, 1):
        part = [step]
        if isinstance(step, dict) and "way" in step:
            setting = f"steps[{number}]"
            if not set(step) <= _STEP_OF_A_WAY:
                text = tr("bên cạnh way chỉ được ghi wait", "only wait may stand beside way")
                faults.append(Fault(file=path.name, setting=setting, text=text))
            part = [dict(table) for table in _way(path, step["way"], city, ways, f"{setting}.way", faults)]
            if part and "wait" in step:
                part[0]["wait"] = step["wait"]
        steps += part
        places += [number] * len(part)
    return steps, tuple(places)


def _heard(path: Path, given: Sequence[Any], city: str, ways: _Ways, faults: list[Fault]) -> list[Any]:
    """The prompts with those that a way's steps wait for in its place."""
    heard: list[Any] = []
    for number, item in enumerate(given, 1):
        if isinstance(item, dict) and set(item) == {"way"}:
            way = _way(path, item["way"], city, ways, f"expect.heard[{number}].way", faults)
            heard += [step["wait"] for step in way if step.get("wait")]
        else:
            heard.append(item)
    return heard


def _way(
    path: Path, name: Any, city: str, ways: _Ways, setting: str, faults: list[Fault]
) -> Sequence[Mapping[str, Any]]:
    """The steps of a way as tables; none, and a fault, where the city lacks it."""
    way = ways.get(name) if isinstance(name, str) else None
    if way is None:
        known = ", ".join(ways)
        text = tr(
            f"ways/{city}.toml không có “{name}” (có: {known})", f'ways/{city}.toml has no "{name}" (known: {known})'
        )
        faults.append(Fault(file=path.name, setting=setting, text=text))
        return ()
    return way


@cache
def _read_ways(path: Path) -> tuple[_City | None, tuple[Fault, ...]]:
    """A city's ways, read once for all scenarios; None, and its faults, where it has some."""
    faults: list[Fault] = []
    file = f"ways/{path.name}"
    data = read_toml(path, file, faults)
    checked = check_shape(CityWays, data, faults, file=file) if data is not None else None
    found = _City(checked=checked, written=data["ways"]) if checked is not None and data is not None else None
    return found, tuple(faults)

"""``tests/calls/*.toml`` → :class:`Scenario`; every fault of a file is told at once."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from ivr.errors import TongdaiError
from ivr.model.calls import EndReason
from ivr.model.civil import ZONE
from ivr.model.code import is_valid
from ivr.model.tickets import State
from ivr.simulator.values import Expected, Operator, Prepared, Scenario, Step
from ivr.words import tr

KEYS = frozenset("0123456789*#")
WORKING_HOUR = datetime(2026, 3, 3, 9, 30, tzinfo=ZONE)
"""When a call happens that says nothing else: a Tuesday morning."""
ACTIONS = ("press", "speak", "say", "silence", "hang_up")
_KNOWN = {
    "title", "city", "number", "name", "called", "at", "switches", "operator", "room", "database", "ticket", "steps",
    "expect",
}  # fmt: skip
FILED = {
    "kind", "category", "consent", "contact", "number", "publish", "confidential", "urgent", "language", "flags",
    "code", "pin", "seconds", "recorded",
}  # fmt: skip
"""What can be expected of a ticket."""

Member = TypeVar("Member", bound=StrEnum)
_Filed = bool | Mapping[str, Any] | Sequence[Mapping[str, Any]]


class ScenarioFault(TongdaiError):
    """A scenario file is not what it should be."""


class _Faults:
    """Everything wrong in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.texts: list[str] = []

    def add(self, setting: str, vi: str, en: str) -> None:
        self.texts.append(f"{self._path.name}: {setting}: {tr(vi, en)}")

    def unknown(self, where: str, given: Mapping[str, Any], known: set[str]) -> None:
        for name in sorted(set(given) - known):
            self.add(f"{where}{name}", "thiết lập lạ", "unknown setting")

    def enough(self) -> None:
        if self.texts:
            raise ScenarioFault("\n".join(self.texts))


def read_scenario(path: Path) -> Scenario:
    """The scenario in ``path``; raises :class:`ScenarioFault` with everything that is wrong in it."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScenarioFault(tr(f"{path}: không đọc được ({error})", f"{path}: cannot be read ({error})")) from error
    faults = _Faults(path)
    faults.unknown("", table, _KNOWN)
    steps = tuple(_step(faults, number, step) for number, step in enumerate(table.get("steps", ()), 1))
    expect = table.get("expect")
    if not expect:
        faults.add("expect", "thiếu: kịch bản phải nói điều gì phải xảy ra", "missing: say what must happen")
    for needed in ("title", "city"):
        if not table.get(needed):
            faults.add(needed, "thiếu", "missing")
    scenario_at = _moment(faults, table.get("at"))
    tickets = tuple(_ticket(faults, one) for one in table.get("ticket", ()))
    expected = _expected(faults, expect or {})
    operator = _member(faults, "operator", Operator, table.get("operator", Operator.AWAY))
    faults.enough()
    return Scenario(
        name=path.stem,
        title=table["title"],
        city=table["city"],
        number=table.get("number", "0905123456"),
        caller_name=table.get("name", ""),
        called=table.get("called", "1022"),
        at=scenario_at,
        switches=frozenset(table.get("switches", ())),
        operator=operator or Operator.AWAY,
        room=table.get("room", True),
        database=table.get("database", True),
        tickets=tuple(ticket for ticket in tickets if ticket is not None),
        steps=steps,
        expected=expected,
    )


def _step(faults: _Faults, number: int, table: Mapping[str, Any]) -> Step:
    where = f"steps[{number}]."
    faults.unknown(where, table, {one.name for one in fields(Step)})
    given = [name for name in ACTIONS if table.get(name)]
    if len(given) != 1:
        choices = ", ".join(ACTIONS)
        faults.add(f"steps[{number}]", f"cần đúng một trong {choices}", f"needs exactly one of {choices}")
    if not set(table.get("press", "")) <= KEYS:
        faults.add(f"{where}press", "có dấu không phải phím", "holds a sign that is no key")
    return Step(**{name: value for name, value in table.items() if name in {one.name for one in fields(Step)}})


def _moment(faults: _Faults, text: str | datetime | None) -> datetime:
    if text is None:
        return WORKING_HOUR
    try:
        moment = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    except ValueError:
        faults.add("at", f"không phải thời điểm: {text}", f"not a moment: {text}")
        return WORKING_HOUR
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _ticket(faults: _Faults, table: Mapping[str, Any]) -> Prepared | None:
    faults.unknown("ticket.", table, {one.name for one in fields(Prepared)})
    code = table.get("code", "")
    state = _member(faults, "ticket.state", State, table.get("state", State.MOI))
    if not is_valid(code):
        faults.add("ticket.code", f"mã sai chữ số kiểm tra: {code}", f"a code with a wrong check digit: {code}")
    if state is None:
        return None
    return Prepared(code=code, last4=table.get("last4", ""), state=state, agency=table.get("agency"))


def _expected(faults: _Faults, table: Mapping[str, Any]) -> Expected:
    faults.unknown("expect.", table, {"heard", "unheard", "end", "filed"})
    end = table.get("end")
    return Expected(
        heard=tuple(table.get("heard", ())),
        unheard=tuple(table.get("unheard", ())),
        end=None if end is None else _member(faults, "expect.end", EndReason, end),
        filed=_filed(faults, table.get("filed")),
    )


def _filed(faults: _Faults, given: _Filed | None) -> tuple[Mapping[str, Any], ...] | None:
    """What is said of the tickets: some one, none, one with these values, or one for each table."""
    match given:
        case None:
            return None
        case bool():
            return ({},) if given else ()
        case Mapping():
            tables: tuple[Mapping[str, Any], ...] = (given,)
        case _:
            tables = tuple(given)
    for table in tables:
        faults.unknown("expect.filed.", table, FILED)
    return tables


def _member(faults: _Faults, setting: str, kind: type[Member], value: str) -> Member | None:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(kind)
        faults.add(setting, f"“{value}” không có trong {known}", f'"{value}" is none of {known}')
        return None

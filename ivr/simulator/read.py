"""``tests/calls/*.toml`` → :class:`Scenario`; every fault of a file is told at once."""

from pathlib import Path

from ivr.errors import TongdaiError
from ivr.settings.faults import Fault
from ivr.settings.files import read_toml
from ivr.settings.shape import check_shape
from ivr.simulator.shape import ExpectTable, ScenarioFile
from ivr.simulator.values import Expected, Prepared, Scenario, Step


class ScenarioFault(TongdaiError):
    """A scenario file is not what it should be."""


def read_scenario(path: Path) -> Scenario:
    """The scenario in ``path``; raises :class:`ScenarioFault` with everything that is wrong in it."""
    faults: list[Fault] = []
    data = read_toml(path, str(path), faults)
    file = check_shape(ScenarioFile, data, faults, file=path.name) if data is not None else None
    if file is None:
        raise ScenarioFault("\n".join(map(str, faults)))
    return Scenario(
        name=path.stem,
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
        tickets=tuple(Prepared(**dict(ticket)) for ticket in file.ticket),
        steps=tuple(Step(**dict(step)) for step in file.steps),
        expected=_expected(file.expect),
    )


def _expected(table: ExpectTable) -> Expected:
    filed = table.filed
    return Expected(
        heard=table.heard,
        unheard=table.unheard,
        end=table.end,
        filed=None if filed is None else tuple(ticket.model_dump(mode="json", exclude_unset=True) for ticket in filed),
    )

"""The lines of a city with their telephones and the rules of their queues, as its file alone has them.

Asterisk must know them also where the city's menu is faulty: what is faulty here is left out line by line, and
``tongdai flow check`` says what it is.
"""

from dataclasses import dataclass
from typing import Any

import structlog

from ivr.city.fields import OPERATOR, Lines
from ivr.city.values import QueueRules
from ivr.settings import Settings
from ivr.settings.faults import Fault
from ivr.settings.files import find_cities, parse_toml
from ivr.settings.shape import Shape, check_shape

_log = structlog.get_logger(__name__)


class _Line(Shape):
    lines: Lines


class _Queue(Shape):
    queue: QueueRules


@dataclass(frozen=True, kw_only=True)
class Line:
    """Somebody whom a menu can ring, and the queue in which callers wait for them."""

    city: str
    name: str
    telephones: tuple[str, ...]
    """Interfaces of Asterisk that stand in while no operator is signed in: ``PJSIP/101``, ``PJSIP/0905123456@trunk``.

    Those of :data:`OPERATOR` may be none: then who is signed in answers.
    """
    rules: QueueRules


def find_lines(settings: Settings) -> list[Line]:
    """The lines of all cities; :data:`OPERATOR` is one of each, and its telephones are the setting's."""
    return [
        Line(
            city=city,
            name=name,
            telephones=tuple(part for part in dialled.split("&") if part),
            rules=rules.get(name, QueueRules()),
        )
        for city in find_cities(settings.config)
        for lines, rules in [_read(settings, city)]
        for name, dialled in {OPERATOR: settings.operator_phone, **lines}.items()
    ]


def _read(settings: Settings, city: str) -> tuple[dict[str, str], dict[str, QueueRules]]:
    path, faults = settings.config / "cities" / city / "city.toml", list[Fault]()
    try:
        table = parse_toml(path.read_bytes())
    except (OSError, ValueError) as error:
        _log.error("city.lines_broken", city=city, error=str(error))
        return {}, {}
    lines: dict[str, str] = {}
    rules: dict[str, QueueRules] = {}
    for name, dialled in _items(table.get("lines", {})):
        if (line := check_shape(_Line, {"lines": {name: dialled}}, faults, file=path.name)) is not None:
            lines |= line.lines
    for name, given in _items(table.get("queues", {})):
        if (queue := check_shape(_Queue, {"queue": given}, faults, file=path.name)) is not None:
            rules[name] = queue.queue
    for fault in faults:
        _log.error("city.lines_broken", city=city, error=str(fault))
    return lines, rules


def _items(table: Any) -> list[tuple[str, Any]]:
    return list(table.items()) if isinstance(table, dict) else []

"""Which queues Asterisk has, and whose telephones are in them: a line of a city is a queue with fixed members.

A city's file is read here as it lies, as its numbers are (:mod:`ivr.asterisk.numbers`): the dialplan must also come up
where a city's menu is faulty.
"""

import re
from dataclasses import dataclass

import structlog

from ivr.city.city import queue_name
from ivr.city.flow.nodes import OPERATOR
from ivr.settings import Settings
from ivr.settings.files import find_cities, parse_toml

UNKNOWN_STATE = "Custom:tongdai"
"""State of a member that is no telephone of this Asterisk, such as a number behind a trunk: it is always rung."""
_DIAL = re.compile(r"[\w./@:+-]+")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class RenderedQueue:
    """A queue as ``queues.conf`` has it."""

    name: str
    members: tuple[str, ...]
    """Each as ``interface,penalty,name,state interface,ringinuse``."""


def find_queues(settings: Settings) -> list[RenderedQueue]:
    """One for each line of each city; the line ``operator`` of all cities is the setting's telephone."""
    return [
        RenderedQueue(name=queue_name(city, line), members=tuple(member_of(part) for part in target.split("&") if part))
        for city in find_cities(settings.config)
        for line, target in {OPERATOR: settings.operator_phone, **_lines_of(settings, city)}.items()
        if target
    ]


def member_of(interface: str) -> str:
    """A telephone of this Asterisk is rung while it is free; what lies behind a trunk or a dialplan always."""
    return f"{interface},0,,{UNKNOWN_STATE},yes" if "@" in interface else interface


def _lines_of(settings: Settings, city: str) -> dict[str, str]:
    """The lines in a city's file; what is faulty there is left out, ``tongdai flow check`` says what it is."""
    path = settings.config / "cities" / city / "city.toml"
    try:
        lines = parse_toml(path.read_bytes()).get("lines", {})
    except (OSError, ValueError) as error:
        _log.error("city.lines_broken", city=city, error=str(error))
        return {}
    given = lines.items() if isinstance(lines, dict) else ()
    return {
        str(line): target
        for line, target in given
        if re.fullmatch(r"[\w-]+", str(line)) and isinstance(target, str) and _DIAL.fullmatch(target.replace("&", ""))
    }

"""Which queues Asterisk has, and whose telephones are in them: a line of a city is a queue with fixed members."""

from dataclasses import dataclass

from ivr.city.city import queue_name
from ivr.city.lines import find_lines
from ivr.settings import Settings

UNKNOWN_STATE = "Custom:tongdai"
"""State of a member that is no telephone of this Asterisk, such as a number behind a trunk: it is always rung."""


@dataclass(frozen=True, kw_only=True)
class RenderedQueue:
    """A queue as ``queues.conf`` has it."""

    name: str
    members: tuple[str, ...]
    """Each as ``interface,penalty,name,state interface,ringinuse``."""
    strategy: str


def find_queues(settings: Settings) -> list[RenderedQueue]:
    """One for each line of each city."""
    return [
        RenderedQueue(
            name=queue_name(line.city, line.name),
            members=tuple(member_of(telephone) for telephone in line.telephones),
            strategy=line.rules.strategy.value,
        )
        for line in find_lines(settings)
    ]


def find_fixed(settings: Settings) -> dict[str, tuple[str, ...]]:
    """The telephones that stand in each queue by Asterisk's configuration; of some queues none."""
    return {queue_name(line.city, line.name): line.telephones for line in find_lines(settings)}


def member_of(interface: str) -> str:
    """A telephone of this Asterisk is rung while it is free; what lies behind a trunk or a dialplan always."""
    state = state_interface(interface)
    return interface if state is None else f"{interface},0,,{state},yes"


def state_interface(interface: str) -> str | None:
    """What tells Asterisk whether a telephone is free: None where the telephone itself does."""
    return UNKNOWN_STATE if "@" in interface else None

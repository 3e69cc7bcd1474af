"""The members of queues that Asterisk lists (``QueueStatus``), read without trust, as its events are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr.asterisk.event_fields import Fields, HostileError, PartialError
from ivr.callcentre.exchange_events import DeviceState

_ALL = ("Name", "StateInterface", "Membership", "Penalty", "CallsTaken", "LastCall", "LastPause", "InCall")
"""What Asterisk writes in each line: more than a caller's number, which stands in the same list, can bring."""


@dataclass(frozen=True, kw_only=True)
class ListedMember:
    """A telephone in a queue."""

    queue: str
    interface: str
    name: str
    dynamic: bool
    """Added by a program, not by Asterisk's configuration."""
    paused: bool
    device: DeviceState


def read_member(event: Mapping[str, Any]) -> ListedMember | None:
    """A line of the list; None for what is no member, and for what Asterisk does not write so."""
    if event.get("Event") != "QueueMember":
        return None
    fields = Fields(event)
    try:
        fields.no_channel()
        for name in _ALL:
            fields.need(name)
        return ListedMember(
            queue=fields.required("Queue"),
            interface=fields.required("Location"),
            name=fields.required("Name"),
            dynamic=fields.text("Membership") == "dynamic",
            paused=fields.flag("Paused"),
            device=read_device(fields.count("Status")),
        )
    except (HostileError, PartialError):
        return None


def read_device(number: int) -> DeviceState:
    """What a telephone does, by Asterisk's number of it."""
    known = number in DeviceState.__members__.values()
    return DeviceState(number) if known else DeviceState.UNKNOWN

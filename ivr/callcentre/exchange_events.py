"""What happens to members of queues, to telephones and to the whole exchange: events of no call."""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from ivr.callcentre.events import Event


class DeviceState(IntEnum):
    """What a member's telephone does, as ``QueueMemberStatus`` numbers it."""

    UNKNOWN = 0
    NOT_IN_USE = 1
    IN_USE = 2
    BUSY = 3
    INVALID = 4
    UNAVAILABLE = 5
    RINGING = 6
    RING_IN_USE = 7
    ON_HOLD = 8


@dataclass(frozen=True, kw_only=True)
class MemberEvent(Event):
    """Something about an operator in a queue, of no call."""

    queue: str
    interface: str
    member: str


@dataclass(frozen=True, kw_only=True)
class MemberStatus(MemberEvent):
    """The telephone's state, the pause and its reason (``QueueMemberStatus``, ``…Added``, ``…Pause``)."""

    device: DeviceState
    paused: bool
    reason: str = ""
    in_call: bool = False


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(MemberEvent):
    """The operator is in the queue no more (``QueueMemberRemoved``)."""


@dataclass(frozen=True, kw_only=True)
class ContactChanged(Event):
    """A telephone registered, or its registration ended (``ContactStatus``): how a dead browser shows (LIVE fact 4)."""

    endpoint: str
    reachable: bool
    contact: str = ""
    """Where it registered from: a page that is loaded anew may be there before its old self is gone."""


@dataclass(frozen=True, kw_only=True)
class Booted(Event):
    """Asterisk has started (``FullyBooted``): every call known from before is over, without any ``Hangup``."""

    uptime: timedelta | None = None

"""Who is in which queue of Asterisk, brought to what operators do: added, paused, ready, removed.

What should be is computed whole, what Asterisk has is known, and the difference is sent: whatever was missed, a restart
of either side included, the next comparison puts right. The telephones of Asterisk's configuration stand in while no
operator is signed in for their queue; else they are paused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import structlog

from ivr.asterisk.ami import Ami, AmiRefused
from ivr.asterisk.listed_members import ListedMember, read_member
from ivr.asterisk.queues import state_interface
from ivr.callcentre.exchange_events import DeviceState, MemberRemoved, MemberStatus
from ivr.callcentre.operators import OperatorState
from ivr.services.operators import AtWork

PREFIX = "tongdai-"
"""Begins the name of every member that is ours; the person's number follows."""
STANDS_BACK = "tongdai-operators"
"""Reason of a configured telephone's pause: operators are signed in."""
_AWAY = frozenset({DeviceState.INVALID, DeviceState.UNAVAILABLE})

_REMEDY = "tongdai asterisk render; manager reload; queue reload all"

_log = structlog.get_logger(__name__)

Place = tuple[str, str]
"""Queue and interface."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """How a telephone is to stand in a queue."""

    name: str
    paused: bool
    reason: str = ""


def wanted_members(
    operators: Iterable[AtWork], queues: Iterable[str], fixed: Mapping[str, Iterable[str]]
) -> dict[Place, Member]:
    """Who is to be in which queue, and how.

    :param fixed: telephones of Asterisk's configuration, by queue.
    """
    signed_in = [each for each in operators if each.operator.state is not OperatorState.SIGNED_OUT]
    wanted: dict[Place, Member] = {}
    for queue in queues:
        here = [each for each in signed_in if each.answers(queue)]
        for phone in fixed.get(queue, ()):
            wanted[queue, phone] = Member(name="", paused=bool(here), reason=STANDS_BACK if here else "")
        for each in here:
            operator = each.operator
            reason = operator.pause.reason if operator.pause else operator.state.value
            wanted[queue, operator.phone] = Member(
                name=f"{PREFIX}{each.person_id}",
                paused=not operator.is_free,
                reason="" if operator.is_free else reason,
            )
    return wanted


class Members:
    """What Asterisk has, as far as we know. Owned by the event loop."""

    def __init__(self) -> None:
        self._known: dict[Place, ListedMember] = {}
        self._devices: dict[str, DeviceState] = {}
        self._queues: set[str] = set()
        self._missing: set[str] = set()
        """Queues that should be there: said once."""

    def is_reachable(self, interface: str) -> bool:
        """Whether the telephone is there, as far as Asterisk has said."""
        return self._devices.get(interface, DeviceState.UNKNOWN) not in _AWAY

    def take(self, event: MemberStatus | MemberRemoved) -> None:
        """Note what Asterisk says of a member."""
        place = (event.queue, event.interface)
        if isinstance(event, MemberRemoved):
            self._known.pop(place, None)
            return
        self._devices[event.interface] = event.device
        if (known := self._known.get(place)) is not None:
            self._known[place] = replace(known, paused=event.paused, device=event.device)

    async def ask(self, ami: Ami) -> None:
        """Ask Asterisk for all of them; raises as :meth:`Ami.ask` does."""
        answer = await ami.ask({"Action": "QueueStatus"}, many=True)
        listed = [member for event in answer if (member := read_member(event)) is not None]
        self._known = {(member.queue, member.interface): member for member in listed}
        self._devices |= {member.interface: member.device for member in listed}
        self._queues = {str(event.get("Queue")) for event in answer if event.get("Event") == "QueueParams"}

    async def apply(self, ami: Ami, wanted: Mapping[Place, Member]) -> None:
        """Send what differs; raises :class:`AmiAway` or :class:`AmiRefused` where Asterisk does not take it."""
        for place, known in list(self._known.items()):
            if place not in wanted and known.dynamic and known.name.startswith(PREFIX):
                await _send(ami, "QueueRemove", place)
                self._known.pop(place, None)
        missing = {queue for queue, _ in wanted} - self._queues
        if missing != self._missing:
            _log.error("queue_member.no_queue", queues=sorted(missing), remedy=_REMEDY)
        self._missing = missing
        for place, member in wanted.items():
            if place[0] not in self._queues:
                continue
            known_now = self._known.get(place)
            if known_now is None and member.name:
                await _add(ami, place, member)
                self._known[place] = _made(place, member, self._devices.get(place[1], DeviceState.UNKNOWN))
            elif known_now is not None and known_now.paused != member.paused:
                await _send(ami, "QueuePause", place, Paused=_flag(member.paused), **_reason(member))
                self._known[place] = replace(known_now, paused=member.paused)


async def _add(ami: Ami, place: Place, member: Member) -> None:
    given = {"MemberName": member.name, "Paused": _flag(member.paused), **_reason(member)}
    if (state := state_interface(place[1])) is not None:
        given["StateInterface"] = state
    await _send(ami, "QueueAdd", place, **given)


async def _send(ami: Ami, action: str, place: Place, **given: str) -> None:
    queue, interface = place
    try:
        await ami.ask({"Action": action, "Queue": queue, "Interface": interface, **given})
    except AmiRefused as error:
        _log.error(
            "queue_member.refused", action=action, queue=queue, interface=interface, error=str(error), remedy=_REMEDY
        )
        raise


def _reason(member: Member) -> dict[str, str]:
    return {"Reason": member.reason} if member.reason else {}


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _made(place: Place, member: Member, device: DeviceState) -> ListedMember:
    queue, interface = place
    return ListedMember(
        queue=queue, interface=interface, name=member.name, dynamic=True, paused=member.paused, device=device
    )

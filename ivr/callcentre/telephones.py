"""What the events of channels say of the operators at their telephones.

A channel is an operator's leg when its name is that of the telephone (``PJSIP/op1-0000000c``), or when the queue rings
the telephone with it (``AgentCalled``): a number behind a trunk has the trunk's name. A second leg beside a first, as
the word with a colleague before a transfer, changes nothing; the call is over when the last leg has ended.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from ivr.callcentre import events
from ivr.callcentre.acts import (
    Answered,
    Fact,
    HoldBegan,
    HoldEnded,
    LineBack,
    LineLost,
    Listed,
    Rang,
    RingEnded,
    TalkEnded,
)
from ivr.callcentre.calls import LiveChannel
from ivr.callcentre.events import CallEvent, Event
from ivr.callcentre.exchange_events import ContactChanged
from ivr.callcentre.legs import interface_of

_NOT_MISSED = frozenset({"CANCEL", "ANSWER"})
"""How a ring ends that was not in vain: the caller left, or a colleague was quicker."""


@dataclass(kw_only=True)
class _Telephone:
    """A telephone with legs."""

    linkedid: str = ""
    """The call that its operator is in; empty for none."""
    talking: set[str] = field(default_factory=set)
    ringing: set[str] = field(default_factory=set)
    held: bool = False


class Telephones:
    """The legs of all operators' telephones. One owner feeds events."""

    def __init__(self) -> None:
        self._owner: dict[str, str] = {}
        """The telephone of each leg, by UNIQUEID."""
        self._telephones: dict[str, _Telephone] = {}
        self._contacts: dict[str, str] = {}
        """From where each endpoint registered last."""

    def read(self, event: Event, phones: Collection[str]) -> tuple[str, Fact] | None:
        """Which telephone of ``phones`` the event is about, and what it says of its operator; None for nothing."""
        if isinstance(event, ContactChanged):
            phone = f"PJSIP/{event.endpoint}"
            return (phone, LineBack() if self._is_there(event) else LineLost()) if phone in phones else None
        if not isinstance(event, CallEvent):
            return None
        self._own(event, phones)
        uniqueid = event.agent if isinstance(event, events.AgentEvent) else event.uniqueid
        owner = self._owner.get(uniqueid)
        if owner is None:
            return None
        fact = self._of_leg(event, uniqueid, self._telephones.setdefault(owner, _Telephone()))
        if isinstance(event, events.HungUp):
            del self._owner[uniqueid]
        return None if fact is None else (owner, fact)

    def lost(self) -> None:
        """Events are missing from here on: of a contact that goes meanwhile nothing is heard."""
        self._contacts = {}

    def _is_there(self, event: ContactChanged) -> bool:
        """Whether the telephone is registered: where it came anew, that its older self has gone is no matter."""
        newest = self._contacts.setdefault(event.endpoint, event.contact)
        if event.reachable:
            self._contacts[event.endpoint] = event.contact
        return event.reachable or newest != event.contact

    def restore(self, legs: Iterable[str], phone: str) -> None:
        """Know a telephone's legs from before; what Asterisk does not list, :meth:`believe` drops."""
        self._owner |= dict.fromkeys(legs, phone)

    def legs(self, phone: str) -> tuple[str, ...]:
        """UNIQUEIDs of the telephone's channels."""
        return tuple(sorted(uniqueid for uniqueid, owner in self._owner.items() if owner == phone))

    def believe(self, listed: Iterable[LiveChannel], phones: Collection[str]) -> list[tuple[str, Fact]]:
        """Take Asterisk's list after a gap in its events: what each telephone's operator does now."""
        live = {channel.uniqueid: channel for channel in listed}
        owners = {uniqueid: phone for uniqueid, phone in self._owner.items() if uniqueid in live}
        owners |= {each.uniqueid: phone for each in live.values() if (phone := _telephone_of(each.name)) in phones}
        held = {phone: known.held for phone, known in self._telephones.items()}
        self._owner, self._telephones = owners, {}
        for uniqueid, phone in owners.items():
            telephone = self._telephones.setdefault(phone, _Telephone(held=held.get(phone, False)))
            channel = live[uniqueid]
            (telephone.talking if channel.bridge else telephone.ringing).add(uniqueid)
            if channel.bridge or not telephone.linkedid:
                telephone.linkedid = channel.linkedid
        return [(phone, fact) for phone in phones for fact in self._listed(phone)]

    def _listed(self, phone: str) -> list[Fact]:
        telephone = self._telephones.get(phone)
        if telephone is None:
            return [Listed()]
        if telephone.talking:
            return [Listed(linkedid=telephone.linkedid, held=telephone.held)]
        return [Listed(), Rang(linkedid=telephone.linkedid)]

    def _own(self, event: CallEvent, phones: Collection[str]) -> None:
        """Note whose leg a channel is, where the event says so."""
        match event:
            case events.ChannelBegan(channel=channel) if (phone := _telephone_of(channel)) in phones:
                self._owner[event.uniqueid] = phone
            case events.AgentCalled(interface=phone, agent=agent) if agent and phone in phones:
                self._owner[agent] = phone

    def _of_leg(self, event: CallEvent, uniqueid: str, telephone: _Telephone) -> Fact | None:
        match event:
            case events.AgentCalled() | events.DialBegan():
                return self._ring(event, uniqueid, telephone)
            case events.AgentRingNoAnswer():
                return self._stop(uniqueid, telephone, missed=True)
            case events.DialEnded(status=status, answered=False):
                return self._stop(uniqueid, telephone, missed=status not in _NOT_MISSED)
            case events.BridgeEntered():
                return self._talk(event, uniqueid, telephone)
            case events.Held() if uniqueid in telephone.talking and not telephone.held:
                telephone.held = True
                return HoldBegan(linkedid=telephone.linkedid)
            case events.Unheld() if telephone.held:
                telephone.held = False
                return HoldEnded(linkedid=telephone.linkedid)
            case events.HungUp() if uniqueid in telephone.talking:
                return self._hang_up(uniqueid, telephone)
            case events.HungUp():
                return self._stop(uniqueid, telephone, missed=False)
            case _:
                return None

    @staticmethod
    def _ring(event: CallEvent, uniqueid: str, telephone: _Telephone) -> Fact | None:
        if uniqueid in telephone.ringing:
            return None
        busy = telephone.ringing or telephone.talking
        telephone.ringing.add(uniqueid)
        if busy:
            return None
        telephone.linkedid = event.linkedid
        return Rang(linkedid=event.linkedid)

    @staticmethod
    def _stop(uniqueid: str, telephone: _Telephone, *, missed: bool) -> Fact | None:
        if uniqueid not in telephone.ringing:
            return None
        telephone.ringing.discard(uniqueid)
        if telephone.ringing or telephone.talking:
            return None
        linkedid, telephone.linkedid = telephone.linkedid, ""
        return RingEnded(linkedid=linkedid, missed=missed)

    @staticmethod
    def _talk(event: CallEvent, uniqueid: str, telephone: _Telephone) -> Fact | None:
        telephone.ringing.discard(uniqueid)
        talks = bool(telephone.talking)
        telephone.talking.add(uniqueid)
        if talks:
            return None
        telephone.linkedid, telephone.held = event.linkedid, False
        return Answered(linkedid=event.linkedid)

    @staticmethod
    def _hang_up(uniqueid: str, telephone: _Telephone) -> Fact | None:
        telephone.talking.discard(uniqueid)
        if telephone.talking:
            return None
        linkedid, telephone.linkedid, telephone.held = telephone.linkedid, "", False
        return TalkEnded(linkedid=linkedid)


def _telephone_of(channel: str) -> str:
    """Of a ``Local`` channel the half that the queue rings is the telephone's, and only the queue says which it is."""
    return "" if channel.startswith("Local/") else interface_of(channel)

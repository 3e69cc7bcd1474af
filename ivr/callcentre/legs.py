"""The legs of one call while its events pass by: who is in it, who hears whom, who rings, who waits."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ivr.callcentre.browser_phones import person_at
from ivr.callcentre.events import (
    AgentCalled,
    AgentEvent,
    BlindTransferred,
    BridgeEntered,
    BridgeLeft,
    CallerAbandoned,
    CallerJoined,
    CallerLeft,
    CallEvent,
    ChannelBegan,
    DialBegan,
    DialEnded,
    Held,
    HungUp,
    QueueEnded,
    RecorderBegan,
    RecorderEnded,
    SpyStarted,
    Unheld,
)


def interface_of(channel: str) -> str:
    """The telephone or line of a channel's name: ``PJSIP/op1`` of ``PJSIP/op1-0000000c``."""
    return channel.rpartition("-")[0] or channel


class Side(StrEnum):
    """Whose leg it is."""

    CITIZEN = "citizen"
    OPERATOR = "operator"
    LINK = "link"  # one of the two halves of a Local channel, which hear each other


@dataclass(eq=False)
class Leg:
    """One channel."""

    uniqueid: str
    side: Side
    interface: str = ""
    """The telephone or line it is on, ``PJSIP/op1``."""
    twin: str = ""
    """Name that both halves of a Local channel share."""
    bridge: str = ""
    rings: bool = False
    up: bool = False
    """It was rung and answered."""
    met: bool = False
    """An operator's leg that has been connected with a citizen, or listens to a talk."""
    holds: bool = False


class Legs:
    """Applies a call's events in order. Unknown legs and events that fit nothing change nothing."""

    def __init__(self, phones: Collection[str]) -> None:
        """``phones``: interfaces of operators, beside those in browsers; every other channel is a citizen's."""
        self._phones = phones
        self.legs: dict[str, Leg] = {}
        self.first: Side | None = None
        """Whose leg began the call …"""
        self.began_by = ""
        """… and its UNIQUEID."""
        self.had_citizen = False
        self.waits = False
        self.records = False
        self._gone: set[str] = set()
        self._sent_on = False
        """A blind transfer is under way: the next operator does not ring yet."""

    def apply(self, event: CallEvent) -> None:
        """Take the next event in."""
        self._change(event)
        for leg in self.talkers:
            leg.met = True

    def _change(self, event: CallEvent) -> None:
        match event:
            case ChannelBegan():
                if event.uniqueid not in self._gone:
                    self._begin(event.uniqueid, event.channel)
            case DialBegan():
                self._dial(self._leg(event))
            case DialEnded():
                leg = self._leg(event)
                leg.rings, leg.up = False, leg.up or event.answered
            case BridgeEntered():
                leg = self._leg(event)
                leg.bridge, leg.rings, self._sent_on = event.bridge, False, False
            case BridgeLeft():
                leg = self._leg(event)
                if leg.bridge == event.bridge:
                    leg.bridge, leg.holds = "", False
            case Held():
                self._leg(event).holds = True
            case Unheld():
                self._leg(event).holds = False
            case BlindTransferred():
                self._sent_on = event.succeeded
            case HungUp():
                self.legs.pop(event.uniqueid, None)
                self._gone.add(event.uniqueid)
            case AgentEvent():
                self._agent(event)
            case CallerJoined():
                self._leg(event)
                self.waits, self._sent_on = True, False
            case CallerLeft() | CallerAbandoned() | QueueEnded():
                self.waits = False
            case SpyStarted():
                self._leg(event).met = True
            case RecorderBegan():
                self.records = True
            case RecorderEnded():
                self.records = False
            case _:
                pass

    @property
    def citizens(self) -> list[Leg]:
        """The citizens' legs that live."""
        return [leg for leg in self.legs.values() if leg.side is Side.CITIZEN]

    @property
    def talkers(self) -> list[Leg]:
        """The operators' legs that are connected with a citizen, directly or over Local channels."""
        reached: set[str] = set()
        links: set[str] = set()
        bridges = {leg.bridge for leg in self.citizens if leg.bridge}
        while bridges - reached:
            reached |= bridges
            links |= {leg.twin for leg in self.legs.values() if leg.side is Side.LINK and leg.bridge in reached}
            bridges = {leg.bridge for leg in self.legs.values() if leg.twin in links and leg.twin and leg.bridge}
        return [leg for leg in self.legs.values() if leg.side is Side.OPERATOR and leg.bridge and leg.bridge in reached]

    @property
    def is_held(self) -> bool:
        """Whether a citizen is in a bridge, and is not being sent on."""
        return not self._sent_on and any(leg.bridge for leg in self.citizens)

    @property
    def is_ringing(self) -> bool:
        """Whether somebody is rung, or there is an operator who waits for the citizen to be fetched."""
        return self._sent_on or any(
            leg.rings or (leg.side is Side.OPERATOR and not leg.met and (leg.up or leg.bridge != ""))
            for leg in self.legs.values()
            if leg.side is not Side.LINK
        )

    def _dial(self, leg: Leg) -> None:
        """Whom a citizen's call rings is a person of ours, also at a number outside that is no operator's telephone."""
        leg.rings = True
        if self.first is Side.CITIZEN and leg.side is Side.CITIZEN and leg.uniqueid != self.began_by:
            leg.side = Side.OPERATOR

    def _agent(self, event: AgentEvent) -> None:
        if not isinstance(event, AgentCalled) or not event.agent or event.agent in self._gone:
            return
        leg = self.legs.setdefault(event.agent, Leg(event.agent, Side.OPERATOR))
        leg.side, leg.interface, leg.rings = Side.OPERATOR, event.interface, True

    def _begin(self, uniqueid: str, channel: str) -> None:
        interface = interface_of(channel)
        if channel.startswith("Local/"):
            leg = Leg(uniqueid, Side.LINK, twin=channel.rpartition(";")[0])
        elif interface in self._phones or person_at(interface) is not None:
            leg = Leg(uniqueid, Side.OPERATOR, interface=interface)
        else:
            leg = Leg(uniqueid, Side.CITIZEN, interface=interface)
        self._add(leg)

    def _leg(self, event: CallEvent) -> Leg:
        """The event's leg; one whose beginning was missed is a citizen's if the call bears its id.

        Of a leg that is gone, a copy that belongs to nothing: a late event does not bring it back.
        """
        if event.uniqueid not in self.legs:
            leg = Leg(event.uniqueid, Side.CITIZEN if event.uniqueid == event.linkedid else Side.OPERATOR)
            if event.uniqueid in self._gone:
                return leg
            self._add(leg)
        return self.legs[event.uniqueid]

    def _add(self, leg: Leg) -> None:
        self.legs[leg.uniqueid] = leg
        self.first, self.began_by = self.first or leg.side, self.began_by or leg.uniqueid
        self.had_citizen = self.had_citizen or leg.side is Side.CITIZEN

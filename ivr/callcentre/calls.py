"""Which events belong to one call: rows keyed on linkedid, joined where Asterisk joins calls (LIVE fact 3).

An attended transfer is two calls until it completes: then a channel known under one linkedid appears with another.
**The younger call is merged into the older**, with everything it had; what still comes under the younger's id goes
there too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.callcentre.events import (
    AgentCompleted,
    AgentConnected,
    AttendedTransferred,
    BridgeEntered,
    BridgeLeft,
    CallerJoined,
    CallEvent,
    ChannelBegan,
    DialBegan,
    DialEnded,
    Event,
    HungUp,
)
from ivr.callcentre.exchange_events import Booted

_OPENING = (ChannelBegan, DialBegan, BridgeEntered, CallerJoined)
"""Events that only a living channel has."""


@dataclass(eq=False)
class Call:
    """Everything known of one call, in the order in which it came."""

    linkedid: str
    born: int
    """Place of its first event among all events: the smaller, the older the call."""
    arrived: list[tuple[int, CallEvent]] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)
    """UNIQUEIDs that live."""
    cut_at: datetime | None = None
    """When it ended without a word, because Asterisk died."""

    @property
    def events(self) -> tuple[CallEvent, ...]:
        """The events, in the order in which they came, whichever call they came under."""
        return tuple(event for _, event in self.arrived)

    @property
    def began(self) -> datetime:
        """The moment of the first event."""
        return self.arrived[0][1].at

    @property
    def is_open(self) -> bool:
        """Whether a channel of it lives."""
        return bool(self.channels) and self.cut_at is None


@dataclass(frozen=True, kw_only=True)
class LiveChannel:
    """A channel as Asterisk lists it (``CoreShowChannels``)."""

    uniqueid: str
    linkedid: str
    name: str
    bridge: str = ""
    dialled: bool = False
    """It was rung by another channel (application ``AppDial``), and is no caller's."""


class CallBook:
    """The calls that go on, and those that ended and were not forgotten yet. One owner applies events."""

    def __init__(self) -> None:
        self.calls: dict[str, Call] = {}
        """By linkedid; of merged calls the survivor alone."""
        self._home: dict[str, str] = {}
        """linkedid under which a UNIQUEID was last seen."""
        self._survivor: dict[str, str] = {}
        """Merged linkedid → the call it was merged into."""
        self._ended: set[str] = set()
        """UNIQUEIDs that hung up: a late event does not bring them back."""
        self._count = 0
        self._last: datetime | None = None

    def apply(self, event: Event) -> Call | None:
        """Take an event in; the call it belongs to, None where it belongs to none."""
        if isinstance(event, Booted):
            self._cut(event)
            return None
        self._last = event.at
        if not isinstance(event, CallEvent):
            return None
        call = self._call_of(event)
        if call is None:
            return None
        self._count += 1
        call.arrived.append((self._count, event))
        if isinstance(event, HungUp):
            call.channels.discard(event.uniqueid)
            self._ended.add(event.uniqueid)
        elif isinstance(event, _OPENING) and event.uniqueid not in self._ended and call.cut_at is None:
            call.channels.add(event.uniqueid)
        if isinstance(event, AttendedTransferred) and event.succeeded and event.consultation_linkedid:
            self._merge(call, self._find(event.consultation_linkedid))
        return self.calls[self._resolve(call.linkedid)]

    def settle(self, listed: Iterable[LiveChannel], *, at: datetime) -> None:
        """After a gap, what Asterisk lists is so: channels that ended, began, were joined or bridged meanwhile.

        Who waits in which queue it lists elsewhere (``QueueStatus``); whoever asks that adds ``CallerJoined``.
        """
        living = {channel.uniqueid: channel for channel in listed}
        for call in list(self.calls.values()):
            for uniqueid in sorted(call.channels - set(living)):
                self.apply(HungUp(at=at, uniqueid=uniqueid, linkedid=call.linkedid))
        for channel in sorted(living.values(), key=lambda each: (each.dialled, each.uniqueid != each.linkedid)):
            leg: dict[str, Any] = {"at": at, "uniqueid": channel.uniqueid, "linkedid": channel.linkedid}
            if channel.uniqueid not in self._home:
                self.apply(ChannelBegan(**leg, channel=channel.name))
                if channel.dialled:
                    self.apply(DialBegan(**leg))
                if channel.dialled and channel.bridge:
                    self.apply(DialEnded(**leg, status="ANSWER"))
            before = self._bridge_of(channel.uniqueid)
            if before and before != channel.bridge:
                self.apply(BridgeLeft(**leg, bridge=before))
            if channel.bridge and before != channel.bridge:
                self.apply(BridgeEntered(**leg, bridge=channel.bridge))
            if self._resolve(channel.linkedid) != self._resolve(self._home[channel.uniqueid]):
                self._merge(self._find(self._home[channel.uniqueid]), self._find(channel.linkedid))

    def forget(self, linkedid: str) -> None:
        """Drop a call that ended; its rows are written."""
        call = self.calls.pop(self._resolve(linkedid), None)
        if call is None:
            return
        for merged in [old for old, new in self._survivor.items() if new == call.linkedid]:
            del self._survivor[merged]
        for uniqueid in [uniqueid for uniqueid, home in self._home.items() if home == call.linkedid]:
            del self._home[uniqueid]
            self._ended.discard(uniqueid)

    def _bridge_of(self, uniqueid: str) -> str:
        """The bridge in which we take a channel to be; empty for none."""
        for event in reversed(self._find(self._home[uniqueid]).events):
            if event.uniqueid == uniqueid and isinstance(event, BridgeEntered | BridgeLeft):
                return event.bridge if isinstance(event, BridgeEntered) else ""
        return ""

    def _call_of(self, event: CallEvent) -> Call | None:
        if not event.uniqueid:
            return self._call_without_channel(event)
        linkedid = self._resolve(event.linkedid or self._home.get(event.uniqueid, event.uniqueid))
        before = self._home.get(event.uniqueid)
        self._home[event.uniqueid] = linkedid
        call = self._find(linkedid)
        if before is not None and self._resolve(before) != linkedid:
            return self._merge(self._find(before), call)
        return call

    def _call_without_channel(self, event: CallEvent) -> Call | None:
        """By its linkedid; an ``AgentComplete`` without any header by the operator's open call (LIVE fact 2)."""
        if event.linkedid:
            return self.calls.get(self._resolve(event.linkedid))
        if not isinstance(event, AgentCompleted):
            return None
        return next(
            (
                call
                for call in reversed(self.calls.values())
                if call.is_open
                and any(isinstance(past, AgentConnected) and past.interface == event.interface for past in call.events)
            ),
            None,
        )

    def _find(self, linkedid: str) -> Call:
        home = self._resolve(linkedid)
        if home not in self.calls:
            self.calls[home] = Call(linkedid=home, born=self._count + 1)
        return self.calls[home]

    def _resolve(self, linkedid: str) -> str:
        return self._survivor.get(linkedid, linkedid)

    def _merge(self, first: Call, second: Call) -> Call:
        if first is second:
            return first
        older, younger = sorted((first, second), key=lambda call: call.born)
        older.arrived = sorted(older.arrived + younger.arrived, key=lambda pair: pair[0])
        older.channels |= younger.channels
        older.cut_at = older.cut_at or younger.cut_at
        del self.calls[younger.linkedid]
        self._survivor[younger.linkedid] = older.linkedid
        for merged in [old for old, new in self._survivor.items() if new == younger.linkedid]:
            self._survivor[merged] = older.linkedid
        for uniqueid, home in self._home.items():
            if home == younger.linkedid:
                self._home[uniqueid] = older.linkedid
        return older

    def _cut(self, boot: Booted) -> None:
        """Calls from before this boot ended with the last event known of that Asterisk.

        ``FullyBooted`` also greets every new connection: only ``Uptime`` tells a restart.
        """
        if boot.uptime is None or self._last is None:
            return
        started = boot.at - boot.uptime
        for call in self.calls.values():
            if call.is_open and call.began < started:
                call.cut_at = min(self._last, started)
                self._ended |= call.channels
                call.channels.clear()

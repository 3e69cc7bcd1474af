"""Which channels Asterisk has now, by AMI; asked anew after every reconnect, because events in between are gone."""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.ami import Ami, Event


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One leg of a call; legs of one call share ``linkedid``."""

    uniqueid: str
    linkedid: str


class LiveChannels:
    """Channels by UNIQUEID, calls by LINKEDID. Owned by the event loop; :meth:`snapshot` may be called anywhere."""

    def __init__(self, *, on_change: Callable[[int], None]) -> None:
        """``on_change`` hears the number of live calls whenever it changes."""
        self._channels: dict[str, Channel] = {}
        self._changed: dict[str, Channel | None] | None = None
        """What happened while the list is being asked for: None is a channel that ended meanwhile."""
        self._known = False
        self._on_change = on_change
        self._told = 0

    def listen(self, ami: Ami) -> None:
        """Follow the events of a connection."""
        ami.on("Newchannel", self.appeared)
        ami.on("Newstate", self.appeared)
        ami.on("Hangup", self.ended)

    async def resync(self, ami: Ami) -> None:
        """Ask for all channels; events that arrive before the list is complete are newer than the list."""
        self._changed = {}
        try:
            answer = await ami.ask({"Action": "CoreShowChannels"}, many=True)
        finally:
            changed, self._changed = self._changed, None
        listed = {one.uniqueid: one for event in answer if (one := _channel(event)) is not None}
        self._channels = {uniqueid: one for uniqueid, one in {**listed, **changed}.items() if one is not None}
        self._known = True
        self._tell()

    def lost(self) -> None:
        """The connection broke: what lives is not known until the next :meth:`resync`."""
        self._known = False
        self._channels = {}
        self._tell()

    def appeared(self, event: Event) -> None:
        """A channel began, or said which call it belongs to now."""
        if (channel := _channel(event)) is not None:
            self._channels[channel.uniqueid] = channel
            if self._changed is not None:
                self._changed[channel.uniqueid] = channel
            self._tell()

    def ended(self, event: Event) -> None:
        """A channel ended."""
        uniqueid = event.get("Uniqueid", "")
        self._channels.pop(uniqueid, None)
        if self._changed is not None:
            self._changed[uniqueid] = None
        self._tell()

    def snapshot(self) -> set[str] | None:
        """UNIQUEIDs that live; None while Asterisk cannot be asked."""
        return set(self._channels) if self._known else None

    @property
    def calls(self) -> int:
        """How many calls go on."""
        return len({channel.linkedid for channel in self._channels.values()})

    def _tell(self) -> None:
        if self.calls != self._told:
            self._told = self.calls
            self._on_change(self._told)


def _channel(event: Event) -> Channel | None:
    uniqueid = event.get("Uniqueid", "")
    if not uniqueid:
        return None
    return Channel(uniqueid=uniqueid, linkedid=event.get("Linkedid", "") or uniqueid)

"""Which channels Asterisk has now, by AMI; asked anew after every reconnect, because events in between are gone."""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.asterisk.ami import Ami, Event

CHANNEL_FIELDS = (
    "Channel",
    "ChannelState",
    "CallerIDNum",
    "CallerIDName",
    "Context",
    "Exten",
    "Priority",
    "Uniqueid",
    "Linkedid",
)
"""Fields that every event and list of Asterisk has for a channel."""


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
        self._reported = 0

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
        listed = {channel.uniqueid: channel for event in answer if (channel := _channel(event)) is not None}
        self._channels = {
            uniqueid: channel for uniqueid, channel in {**listed, **changed}.items() if channel is not None
        }
        self._known = True
        self._report()

    def lost(self) -> None:
        """The connection broke: what lives is not known until the next :meth:`resync`."""
        self._known = False
        self._channels = {}
        self._report()

    def appeared(self, event: Event) -> None:
        """A channel began, or said which call it belongs to now."""
        if (channel := _channel(event)) is not None:
            self._channels[channel.uniqueid] = channel
            if self._changed is not None:
                self._changed[channel.uniqueid] = channel
            self._report()

    def ended(self, event: Event) -> None:
        """A channel ended."""
        if (channel := _channel(event)) is not None:
            self._channels.pop(channel.uniqueid, None)
            if self._changed is not None:
                self._changed[channel.uniqueid] = None
            self._report()

    def snapshot(self) -> set[str] | None:
        """UNIQUEIDs that live; None while Asterisk cannot be asked."""
        return set(self._channels) if self._known else None

    @property
    def calls(self) -> int:
        """How many calls go on."""
        return len({channel.linkedid for channel in self._channels.values()})

    def _report(self) -> None:
        if self.calls != self._reported:
            self._reported = self.calls
            self._on_change(self._reported)


def _channel(event: Event) -> Channel | None:
    """None for what a caller wrote: Asterisk does not strip line breaks from a caller's number.

    An event forged inside one has at most the 79 bytes Asterisk keeps of a number, too few for
    :data:`CHANNEL_FIELDS`; a line forged inside a true event makes a value that is given twice, which is a list here.
    """
    values = [event.get(name) for name in (*CHANNEL_FIELDS, "Uniqueid", "Linkedid")]
    if not all(isinstance(value, str) for value in values):
        return None
    uniqueid, linkedid = event["Uniqueid"], event["Linkedid"]
    return Channel(uniqueid=uniqueid, linkedid=linkedid or uniqueid) if uniqueid else None

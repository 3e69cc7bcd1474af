"""The fields of one manager event, read without trust: what a caller's number may smuggle in changes nothing.

Asterisk does not strip line breaks from a caller's number (79 bytes of it), so a caller can write lines and even begin
an event of their own; what follows in the true event then ends it. Hence:

* A field given twice is a list (panoramisk). Asterisk writes fields in one order, a channel's ids behind its number, an
  event's own fields behind its channels: of those in front of the number the first is true, of those behind it the
  last. Refusing the event would hide the caller, and the operator whose events repeat the number.
* An event of a channel that was begun inside a number has that channel's true ids behind it, but must bring everything
  that stands in front (:data:`FRONT`) itself: more bytes than a number keeps.
* An event that has no channel of its own (members, registrations, boot, transfers) is refused where it carries one's
  fields: every event begun inside a number does.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ivr.model.text import clean

_FIRST = frozenset({"Timestamp", "BridgeUniqueid", "Channel", "CallerIDNum"})
"""Fields that Asterisk writes in front of whatever a caller's number brings."""
_LAST = frozenset(
    {"Uniqueid", "Linkedid", "DestUniqueid", "DestLinkedid", "SwapUniqueid", "Queue", "Interface", "MemberName"}
    | {"Position", "Count", "RingTime", "Reason", "Cause", "DialStatus", "UserEvent", "Status"}
    | {"BridgeId", "Application"}
)
"""Fields that it writes behind it."""
FRONT = ("Privilege", "Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum")
"""What Asterisk writes in front of the end of a number, never empty (``<unknown>``)."""
_CHANNEL_ONLY = ("Uniqueid", "Linkedid", "CallerIDNum", "CallerIDName", "ChannelState")
_ID = re.compile(r"[\x21-\x7e]{1,150}")
"""150: Asterisk's longest id."""
_LONGEST = 80
_LONGEST_INT = 9
"""Digits: no counter of ours is larger, and int() stays cheap."""


class HostileError(Exception):
    """The event is not what Asterisk writes."""


class PartialError(Exception):
    """The event lacks a field that its kind always has."""


class Fields:
    """One event's fields."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = event

    def has(self, name: str) -> bool:
        """Whether the field is given at all."""
        return self._event.get(name) not in (None, "")

    def text(self, name: str, *, longest: int = _LONGEST) -> str:
        """The field for people's eyes, shortened and made harmless; empty where it is not given."""
        return clean(self._raw(name), longest)

    def required(self, name: str) -> str:
        """… which must be given."""
        text = self.text(name)
        if not text:
            raise PartialError(name)
        return text

    def id(self, name: str) -> str:
        """A channel's, call's or bridge's id; empty where it is not given."""
        raw = self._raw(name)
        if raw and not _ID.fullmatch(raw):
            raise HostileError(name)
        return raw

    def required_id(self, name: str) -> str:
        """… which must be given."""
        found = self.id(name)
        if not found:
            raise PartialError(name)
        return found

    def need(self, name: str) -> None:
        """Refuse an event without this field, whatever it says."""
        if not self.has(name):
            raise PartialError(name)

    def whole(self) -> None:
        """Refuse an event of a channel that lacks anything in front of the number."""
        for name in FRONT:
            self.need(name)

    def own(self) -> tuple[str, str]:
        """``Uniqueid`` and ``Linkedid`` of the channel whose event it is."""
        self.whole()
        return self.required_id("Uniqueid"), self.id("Linkedid") or self.required_id("Uniqueid")

    def no_channel(self) -> None:
        """Refuse an event that carries a channel's fields where its kind has none."""
        if any(name in self._event for name in _CHANNEL_ONLY):
            raise HostileError("Channel")

    def count(self, name: str) -> int:
        """A number from nought up."""
        raw = self._raw(name).strip()
        if not raw:
            raise PartialError(name)
        if not (raw.isascii() and raw.isdecimal() and len(raw) <= _LONGEST_INT):
            raise HostileError(name)
        return int(raw)

    def flag(self, name: str) -> bool:
        """``1`` or ``0``; not given is no."""
        return self.text(name) == "1"

    def moment(self, *, now: datetime) -> datetime:
        """When Asterisk says it happened (``timestampevents=yes``), to the microsecond; else ``now``."""
        try:
            seconds = float(self._raw("Timestamp") or "nan")
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        except (ValueError, OverflowError):
            return now

    def _raw(self, name: str) -> str:
        value = self._event.get(name, "")
        if isinstance(value, list | tuple) and value and all(isinstance(part, str) for part in value):
            if name in _FIRST:
                value = value[0]
            elif name in _LAST or len(set(value)) == 1:
                value = value[-1]
        if value is None:
            return ""
        if not isinstance(value, str):
            raise HostileError(name)
        return value

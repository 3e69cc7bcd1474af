"""The channels that Asterisk lists (``CoreShowChannels``), read without trust, as its events are."""

from collections.abc import Iterable, Mapping
from typing import Any

from ivr.asterisk.event_fields import Fields, HostileError, PartialError
from ivr.callcentre.calls import LiveChannel


def read_channels(answer: Iterable[Mapping[str, Any]]) -> list[LiveChannel]:
    """All channels of an answer."""
    return [channel for event in answer if (channel := read_listed(event)) is not None]


def read_listed(event: Mapping[str, Any]) -> LiveChannel | None:
    """A line of the list; None for the reply around it, and for what Asterisk does not write so."""
    fields = Fields(event)
    try:
        uniqueid, linkedid = fields.required_id("Uniqueid"), fields.id("Linkedid")
        return LiveChannel(
            uniqueid=uniqueid,
            linkedid=linkedid or uniqueid,
            name=fields.required("Channel"),
            bridge=fields.id("BridgeId"),
            dialled=fields.text("Application") == "AppDial",
        )
    except (HostileError, PartialError):
        return None

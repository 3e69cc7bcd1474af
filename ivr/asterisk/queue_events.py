"""Manager events, as panoramisk gives them, become the values of :mod:`ivr.callcentre.events`.

Whatever comes, :meth:`EventReader.read` does not raise: what cannot be used is counted by event and reason, so that a
page of health can say so. Which fields each event has was recorded from Asterisk 22.10.1 (tests/data/queue-events).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ivr.asterisk.event_fields import Fields, HostileError, PartialError
from ivr.asterisk.listed_members import read_device
from ivr.callcentre import events, exchange_events

QUEUE_END = "TongdaiQueueEnd"
"""Our dialplan's ``UserEvent`` right behind ``Queue()``."""


class Unused(StrEnum):
    """Why an event became no value."""

    OTHER = "other"  # of a kind that no rule asks for
    PARTIAL = "partial"  # it lacks a field
    HOSTILE = "hostile"  # Asterisk does not write it so


class EventReader:
    """Reads events one by one and counts those it cannot use."""

    def __init__(self) -> None:
        self.unused: Counter[tuple[str, Unused]] = Counter()
        """By name of the event and reason; a name that is none of ours counts as ``""``: callers cannot grow it."""

    def read(self, event: Mapping[str, Any], *, now: datetime) -> events.Event | None:
        """The value of an event; None where it is of no use.

        :param now: its moment where it brings none itself.
        """
        given = event.get("Event")
        name = given if isinstance(given, str) and given in _READERS else ""
        if not name:
            self.unused["", Unused.OTHER if isinstance(given, str) else Unused.HOSTILE] += 1
            return None
        fields = Fields(event)
        try:
            value = _READERS[name](fields, fields.moment(now=now))
        except PartialError:
            self.unused[name, Unused.PARTIAL] += 1
            return None
        except HostileError:
            self.unused[name, Unused.HOSTILE] += 1
            return None
        if value is None:
            self.unused[name, Unused.OTHER] += 1
        return value


Reader = Callable[[Fields, datetime], events.Event | None]
"""Reads the fields of one kind of event; None where this one is of no use."""


def _own(fields: Fields, at: datetime) -> dict[str, Any]:
    uniqueid, linkedid = fields.own()
    return {"at": at, "uniqueid": uniqueid, "linkedid": linkedid}


def _of(kind: Callable[..., events.Event]) -> Reader:
    return lambda fields, at: kind(**_own(fields, at))


def _began(fields: Fields, at: datetime) -> events.Event:
    return events.ChannelBegan(
        **_own(fields, at), channel=fields.required("Channel"), number=fields.text("CallerIDNum")
    )


def _hung_up(fields: Fields, at: datetime) -> events.Event:
    return events.HungUp(**_own(fields, at), cause=fields.count("Cause") if fields.has("Cause") else 0)


def _dialled(fields: Fields, at: datetime) -> dict[str, Any]:
    if fields.has("Channel"):
        fields.whole()
    else:  # Originate rings without a caller
        fields.no_channel()
    fields.need("DestChannel")
    uniqueid = fields.required_id("DestUniqueid")
    return {"at": at, "uniqueid": uniqueid, "linkedid": fields.id("DestLinkedid") or uniqueid}


def _dial_began(fields: Fields, at: datetime) -> events.Event:
    return events.DialBegan(**_dialled(fields, at))


def _dial_ended(fields: Fields, at: datetime) -> events.Event:
    return events.DialEnded(**_dialled(fields, at), status=fields.required("DialStatus"))


def _bridge_entered(fields: Fields, at: datetime) -> events.Event:
    return events.BridgeEntered(
        **_own(fields, at), bridge=fields.required_id("BridgeUniqueid"), swapped=fields.id("SwapUniqueid")
    )


def _bridge_left(fields: Fields, at: datetime) -> events.Event:
    return events.BridgeLeft(**_own(fields, at), bridge=fields.required_id("BridgeUniqueid"))


def _prefixed(fields: Fields, at: datetime, prefix: str) -> dict[str, Any]:
    fields.no_channel()
    uniqueid = fields.required_id(f"{prefix}Uniqueid")
    return {"at": at, "uniqueid": uniqueid, "linkedid": fields.id(f"{prefix}Linkedid") or uniqueid}


def _blind(fields: Fields, at: datetime) -> events.Event:
    return events.BlindTransferred(
        **_prefixed(fields, at, "Transferer"),
        transferee=fields.id("TransfereeUniqueid"),
        extension=fields.text("Extension"),
        succeeded=fields.text("Result") == "Success",
    )


def _attended(fields: Fields, at: datetime) -> events.Event:
    return events.AttendedTransferred(
        **_prefixed(fields, at, "OrigTransferer"),
        consultation=fields.required_id("SecondTransfererUniqueid"),
        consultation_linkedid=fields.id("SecondTransfererLinkedid"),
        transferee=fields.id("TransfereeUniqueid"),
        target=fields.id("TransferTargetUniqueid"),
        succeeded=fields.text("Result") == "Success",
    )


def _spy(kind: Callable[..., events.Event]) -> Reader:
    return lambda fields, at: kind(
        **_prefixed(fields, at, "Spyer"),
        spied=fields.required_id("SpyeeUniqueid"),
        spied_linkedid=fields.id("SpyeeLinkedid"),
    )


def _joined(fields: Fields, at: datetime) -> events.Event:
    return events.CallerJoined(
        **_own(fields, at),
        queue=fields.required("Queue"),
        position=fields.count("Position"),
        waiting=fields.count("Count"),
    )


def _abandoned(fields: Fields, at: datetime) -> events.Event:
    return events.CallerAbandoned(**_own(fields, at), queue=fields.required("Queue"), position=fields.count("Position"))


def _left(fields: Fields, at: datetime) -> events.Event:
    return events.CallerLeft(**_own(fields, at), queue=fields.required("Queue"))


def _user_event(fields: Fields, at: datetime) -> events.Event | None:
    if fields.text("UserEvent") != QUEUE_END:
        return None
    return events.QueueEnded(**_own(fields, at), status=fields.required("Status"), queue=fields.text("Queue"))


def _agent(fields: Fields, at: datetime) -> dict[str, Any]:
    return {
        **_own(fields, at),
        "queue": fields.required("Queue"),
        "interface": fields.required("Interface"),
        "member": fields.text("MemberName"),
        "agent": fields.id("DestUniqueid"),
    }


def _of_agent(kind: Callable[..., events.Event]) -> Reader:
    def read(fields: Fields, at: datetime) -> events.Event:
        fields.need("DestChannel")
        return kind(**_agent(fields, at))

    return read


def _ring_no_answer(fields: Fields, at: datetime) -> events.Event:
    return events.AgentRingNoAnswer(**_agent(fields, at), rang=timedelta(milliseconds=fields.count("RingTime")))


def _completed(fields: Fields, at: datetime) -> events.Event:
    if fields.has("Channel"):
        return events.AgentCompleted(**_agent(fields, at), reason=fields.text("Reason"))
    fields.no_channel()
    return events.AgentCompleted(
        at=at,
        uniqueid="",
        linkedid="",
        queue=fields.required("Queue"),
        interface=fields.required("Interface"),
        member=fields.text("MemberName"),
        agent="",
        reason=fields.text("Reason"),
    )


def _member(fields: Fields, at: datetime) -> dict[str, Any]:
    fields.no_channel()
    return {
        "at": at,
        "queue": fields.required("Queue"),
        "interface": fields.required("Interface"),
        "member": fields.text("MemberName"),
    }


def _member_status(fields: Fields, at: datetime) -> events.Event:
    return exchange_events.MemberStatus(
        **_member(fields, at),
        device=read_device(fields.count("Status")),
        paused=fields.flag("Paused"),
        reason=fields.text("PausedReason"),
        in_call=fields.flag("InCall"),
    )


def _member_removed(fields: Fields, at: datetime) -> events.Event:
    return exchange_events.MemberRemoved(**_member(fields, at))


def _contact(fields: Fields, at: datetime) -> events.Event:
    fields.no_channel()
    endpoint = fields.text("EndpointName") or fields.required("AOR")
    return exchange_events.ContactChanged(
        at=at,
        endpoint=endpoint,
        reachable=fields.required("ContactStatus") not in ("Removed", "Unreachable"),
        contact=fields.text("URI"),
    )


def _booted(fields: Fields, at: datetime) -> events.Event:
    fields.no_channel()
    uptime = timedelta(seconds=fields.count("Uptime")) if fields.has("Uptime") else None
    return exchange_events.Booted(at=at, uptime=uptime)


_READERS: Mapping[str, Reader] = {
    "Newchannel": _began,
    "DialBegin": _dial_began,
    "DialEnd": _dial_ended,
    "BridgeEnter": _bridge_entered,
    "BridgeLeave": _bridge_left,
    "Hold": _of(events.Held),
    "Unhold": _of(events.Unheld),
    "Hangup": _hung_up,
    "BlindTransfer": _blind,
    "AttendedTransfer": _attended,
    "ChanSpyStart": _spy(events.SpyStarted),
    "ChanSpyStop": _spy(events.SpyStopped),
    "QueueCallerJoin": _joined,
    "QueueCallerAbandon": _abandoned,
    "QueueCallerLeave": _left,
    "UserEvent": _user_event,
    "AgentCalled": _of_agent(events.AgentCalled),
    "AgentConnect": _of_agent(events.AgentConnected),
    "AgentRingNoAnswer": _ring_no_answer,
    "AgentComplete": _completed,
    "QueueMemberStatus": _member_status,
    "QueueMemberAdded": _member_status,
    "QueueMemberPause": _member_status,
    "QueueMemberRemoved": _member_removed,
    "ContactStatus": _contact,
    "FullyBooted": _booted,
}

READ = tuple(_READERS)
"""The names of the events that are read."""

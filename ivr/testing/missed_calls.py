"""Calls in vain and tickets that ask for a call, as rows. Imported by tests alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from ivr.model import Call, CallStep, Channel, ContactKind, EndReason, Kind, State, Ticket
from ivr.model.civil import ZONE
from ivr.services.call_backs import Owed
from ivr.store import Store

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)  # a Tuesday
NUMBER, OTHER = "+84905123456", "+84905999888"
ReadOwed = Callable[..., list[Owed]]
_names = count()


def ulid() -> str:
    return f"01K5CALL{next(_names):018}"


def add_call(
    store: Store,
    *,
    ago: float,
    number: str | None = NUMBER,
    reason: EndReason | None = EndReason.HUNG_UP,
    seconds: float = 40,
    steps: tuple[str, ...] = ("say", "menu"),
    **given: object,
) -> str:
    """A call ``ago`` minutes before :data:`NOW`, with steps of these kinds (``ring:answered``: and notes); its id."""
    name, start = ulid(), NOW - timedelta(minutes=ago)
    ended = start + timedelta(seconds=seconds) if reason else None
    with store.transaction() as session:
        session.add(
            Call(
                id=name,
                instance="1022",
                city="da-nang",
                caller_number=number,
                started_at=start,
                ended_at=ended,
                end_reason=reason,
                linkedid=name,
                **given,
            )
        )
        session.flush()
        session.add_all(
            CallStep(call_id=name, seq=seq, node=kind, kind=kind, at=start, note=note)
            for seq, (kind, _, note) in enumerate(step.partition(":") for step in steps)
        )
    return name


def add_ticket(store: Store, call: str | None, *, kind: Kind = Kind.PHAN_ANH, **given: object) -> str:
    name = ulid()
    values = {
        "ulid": name, "channel": Channel.PHONE, "channel_id": name, "report_version": 1, "city": "da-nang",
        "kind": kind, "state": State.MOI, "call_id": call, "contact_kind": ContactKind.CALLER,
        "created_at": NOW, "filed_at": NOW,
    } | given  # fmt: skip
    with store.transaction() as session:
        session.add(Ticket(**values))
    return name

"""Events of calls as plain data and back, so that a restarted program knows what came before it.

No number stands in a record: who called is written down by the menu, which knows whether it may be (PRIVACY).
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from ivr.callcentre import events
from ivr.callcentre.events import CallEvent

_UNWRITTEN = frozenset({"number"})
_KINDS: Mapping[str, type[CallEvent]] = {
    kind.__name__: kind
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, CallEvent) and kind is not CallEvent
}

Record = Mapping[str, Any]


def to_record(event: CallEvent) -> dict[str, Any]:
    """The event's kind and values: text, whole numbers, ``true``; moments as ISO 8601, lengths in seconds."""
    values = {each.name: getattr(event, each.name) for each in fields(event) if each.name not in _UNWRITTEN}
    return {"kind": type(event).__name__, **{name: _plain(value) for name, value in values.items()}}


def from_record(record: Record) -> CallEvent | None:
    """The event; None for a kind that this version does not know, or a record that lacks something."""
    kind = _KINDS.get(str(record.get("kind")))
    if kind is None:
        return None
    try:
        given = {each.name: _typed(each.type, record[each.name]) for each in fields(kind) if each.name in record}
        return kind(**given)
    except (TypeError, ValueError):
        return None


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:
            return value


def _typed(wanted: object, value: Any) -> Any:
    if wanted is datetime:
        return datetime.fromisoformat(value)
    return timedelta(seconds=value) if wanted is timedelta else value

"""Sidecars as version 0.1 wrote them: the call's facts lay flat among the report's, and every part was a take."""

from typing import Any

_FACTS = (
    "instance",
    "city",
    "caller_raw",
    "caller_number",
    "caller_name",
    "called",
    "uniqueid",
    "linkedid",
    "started_at",
    "notice_version",
)
_OF_THE_REPORT_TOO = ("city", "notice_version")
_RENAMED = {"spoken_at": "reported_at", "takes": "parts"}


def from_format_1(values: dict[str, Any]) -> dict[str, Any]:
    """The same values in the names and order of today; keys of a newer program stay as they are."""
    facts = {name: values[name] for name in _FACTS if name in values}
    moved = set(_FACTS) - set(_OF_THE_REPORT_TOO) | {"call", "format"}
    changed = {_RENAMED.get(name, name): value for name, value in values.items() if name not in moved}
    return {**changed, "facts": {**facts, "ulid": values.get("call") or values["ulid"]}}

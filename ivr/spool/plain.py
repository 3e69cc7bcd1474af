"""Values of the spool as JSON and back: what is written is plain, what is read is typed or refused."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})
_names: dict[Any, tuple[str, ...]] = {}
_adapters: dict[Any, TypeAdapter[Any]] = {}
"""Made at the first use of each kind."""


def to_plain(value: Any) -> Any:
    """The value as JSON knows it: enums by value, moments in ISO 8601 with their zone, dataclasses as objects.

    :raises ValueError: a moment without a zone.
    """
    if type(value) in _AS_THEY_ARE:  # most values; each report is written several times during its call
        return value
    match value:
        case Enum():
            return value.value
        case datetime():
            return _aware(value).isoformat()
        case tuple() | list():
            return [to_plain(item) for item in value]
        case Mapping():
            return {name: to_plain(item) for name, item in value.items()}
        case _ if is_dataclass(value):
            return {name: to_plain(getattr(value, name)) for name in names_of(type(value))}
        case _:
            return value


def from_plain(kind: type[T], values: Mapping[str, Any]) -> T:
    """The dataclass ``kind`` from what :func:`to_plain` made of it; keys it does not know are left out.

    :raises ValueError: a key is missing, a value is of another kind, or a moment has no zone.
    """
    try:
        value: T = _adapter(kind).validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ValueError(f"{place}: {first['msg']} ({first['input']!r})") from error
    _check_moments(value)
    return value


def names_of(kind: Any) -> tuple[str, ...]:
    """Names of a dataclass's fields."""
    if kind not in _names:
        _names[kind] = tuple(field.name for field in fields(kind))
    return _names[kind]


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def _check_moments(value: Any) -> None:
    for name in names_of(type(value)):
        match getattr(value, name):
            case datetime() as moment:
                _aware(moment)
            case tuple() as items:
                for item in items:
                    if is_dataclass(item):
                        _check_moments(item)
            case inner if is_dataclass(inner):
                _check_moments(inner)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime {moment!r}")
    return moment

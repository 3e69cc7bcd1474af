"""The sidecar: what is known about one report, one JSON file beside its audio, written before the beep."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from ivr.errors import TongdaiError
from ivr.model.tickets import Consent, ContactKind, Kind
from ivr.phone import RecordEnd
from ivr.words import tr

FORMAT = 1
"""Raised only when an older program would misread a sidecar; unknown keys alone are kept as they are."""

HUNG_UP = "hung_up"
"""Flag of a report that was sent by hanging up."""


class SidecarFault(TongdaiError):
    """A sidecar cannot be read; its audio stays in the spool until a person has mended or removed it."""


class SidecarState(StrEnum):
    """How far a report is; the only way back is from ``recorded`` to ``recording`` (another take)."""

    RECORDING = "recording"  # the beep is near or the caller speaks: the audio may still grow
    RECORDED = "recorded"  # a take is safe, the caller has not said "send" yet
    TO_FILE = "to_file"  # sent, or the caller left after speaking: a ticket must come of it
    CANCELLED = "cancelled"  # cancelled twice: audio and sidecar go, no ticket


class TakeState(StrEnum):
    """How far one take is."""

    RECORDING = "recording"  # Asterisk writes it
    RECORDED = "recorded"  # ended, long enough, kept
    DROPPED = "dropped"  # replaced by a newer take, too short, or cancelled: its file goes


@dataclass(frozen=True, kw_only=True)
class Take:
    """One recording attempt of a report; ``file`` is a name in the spool folder."""

    number: int
    file: str
    state: TakeState = TakeState.RECORDING
    seconds: float = 0.0
    """By samples on disk; 0 while it is recorded."""
    end: RecordEnd | None = None
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """Everything a ticket needs, durable without a database."""

    ulid: str
    """The report's own; the first report of a call has the call's."""
    call: str = ""
    """ULID of the call a further report belongs to; empty where that is ``ulid``."""
    version: int = 0
    """0 has never been saved; :meth:`ivr.spool.Spool.save` counts up."""
    state: SidecarState = SidecarState.RECORDING
    instance: str
    city: str
    caller_raw: str = ""
    caller_number: str | None = None
    caller_name: str = ""
    called: str = ""
    uniqueid: str = ""
    linkedid: str = ""
    language: str = "vi"
    keys: str = ""
    """Menu keys so far, in order."""
    started_at: datetime
    """When the call began."""
    spoken_at: datetime
    """When the caller spoke (first beep), or asked to be rung back."""
    category: str | None = None
    kind: Kind = Kind.PHAN_ANH
    confidential: bool = False
    urgent: bool = False
    consent: Consent = Consent.NONE
    consent_key: str | None = None
    consent_at: datetime | None = None
    notice_version: str = ""
    takes: tuple[Take, ...] = ()
    """Empty for a request to be rung back: a ticket without a recording."""
    code: str | None = None
    pin_mac: str | None = None
    contact_kind: ContactKind = ContactKind.UNASKED
    contact_number: str | None = None
    publish: bool | None = None
    publish_at: datetime | None = None
    flags: tuple[str, ...] = ()
    ended: bool = False
    """The call is over: no newer version will come."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Keys this program does not know, written back as they were read."""

    @property
    def call_id(self) -> str:
        """ULID of the call it was reported in."""
        return self.call or self.ulid

    @property
    def kept(self) -> Take | None:
        """The take that is filed: the newest recorded one."""
        return next((take for take in reversed(self.takes) if take.state is TakeState.RECORDED), None)

    def to_json(self) -> str:
        """One JSON object; moments in ISO 8601 with their zone."""
        values = {**self.extra, "format": FORMAT}
        for name in _PLAIN_NAMES:
            values[name] = _plain(getattr(self, name))
        values["takes"] = [{name: _plain(getattr(take, name)) for name in _TAKE_NAMES} for take in self.takes]
        return _encode(values)  # indented, it costs twice the CPU

    @classmethod
    def from_json(cls, text: str | bytes, *, source: str = "sidecar") -> "Sidecar":
        """The sidecar in ``text``; raises :class:`SidecarFault` naming ``source`` and what is wrong."""
        try:
            values = _known_format(json.loads(text))
            given = {name: value for name, value in values.items() if name in _KNOWN}
            extra = {name: value for name, value in values.items() if name not in _KNOWN and name != "format"}
            given["takes"] = tuple(_take(take) for take in given.get("takes", ()))
            return cls(**_typed(given), extra=extra)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SidecarFault(
                tr(
                    f"{source}: không đọc được tệp mô tả phản ánh ({error}). "
                    "Ghi âm được giữ nguyên; hãy sửa hoặc chuyển tệp đi.",
                    f"{source}: the report's sidecar cannot be read ({error}). "
                    "The audio is kept; mend the file or move it away.",
                )
            ) from error


_PLAIN_NAMES = tuple(one.name for one in fields(Sidecar) if one.name not in ("extra", "takes"))
_TAKE_NAMES = tuple(one.name for one in fields(Take))
_KNOWN = frozenset(_PLAIN_NAMES) | {"takes"}
_encode = json.JSONEncoder(ensure_ascii=False).encode  # made once: ``dumps`` makes one each time
_MOMENTS = ("started_at", "spoken_at", "consent_at", "publish_at")


def _known_format(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("format") != FORMAT:
        raise ValueError(f"format {values.get('format')!r}, known is {FORMAT}")
    return values


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case datetime():
            if value.tzinfo is None:
                raise ValueError(f"naive datetime {value!r}")
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"moment without zone: {text}")
    return moment


def _take(values: Mapping[str, Any]) -> Take:
    end = values.get("end")
    return Take(
        **{
            **values,
            "state": TakeState(values["state"]),
            "end": None if end is None else RecordEnd(end),
            "started_at": _moment(values["started_at"]),
        }
    )


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    kinds = {"state": SidecarState, "kind": Kind, "consent": Consent, "contact_kind": ContactKind, "flags": tuple}
    for name, kind in kinds.items():
        if name in values:
            values[name] = kind(values[name])
    for name in _MOMENTS:
        if name in values:
            values[name] = _moment(values[name])
    for name, kind in (("ulid", str), ("version", int), ("ended", bool), ("city", str)):
        if not isinstance(values.get(name), kind):
            raise ValueError(f"{name} = {values.get(name)!r}")  # noqa: TRY004  # a fault of the file, not of our types
    return values

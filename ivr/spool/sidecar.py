"""The sidecar: what is known about one report, one JSON file beside its audio, written before the beep."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ivr.errors import TongdaiError
from ivr.model.report import Report
from ivr.spool.format_1 import from_format_1
from ivr.spool.plain import from_plain, names_of, to_plain
from ivr.words import tr

FORMAT = 2
"""Raised only when an older program would misread a sidecar; unknown keys alone are kept as they are."""

HUNG_UP = "hung_up"
"""Flag of a report that was sent by hanging up."""


class SidecarFault(TongdaiError):
    """A sidecar cannot be read; its audio stays in the spool until a person has mended or removed it."""


class SidecarState(StrEnum):
    """How far a report is; the only way back is from ``recorded`` to ``recording`` (another take)."""

    RECORDING = "recording"  # the beep is near or the caller speaks: the audio may still grow
    RECORDED = "recorded"  # a take is safe, the caller has not said "send" yet
    TO_FILE = "to_file"  # sent, or the caller left after speaking: it must become a ticket
    CANCELLED = "cancelled"  # cancelled twice: audio and sidecar go, no ticket


@dataclass(frozen=True, kw_only=True)
class Sidecar(Report):
    """A report on disk: everything a ticket needs, durable without a database, and how far its recording is.

    ``version``: :meth:`ivr.spool.Spool.save` counts up.
    """

    state: SidecarState = SidecarState.RECORDING
    keys: str = ""
    """Menu keys so far, in order."""
    ended: bool = False
    """The call is over: no newer version will come."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Keys this program does not know, written back as they were read."""

    def to_json(self) -> str:
        """One JSON object; moments in ISO 8601 with their zone."""
        values = {**self.extra, "format": FORMAT}
        values |= {name: to_plain(getattr(self, name)) for name in _NAMES}
        return _encode(values)  # indented, it costs twice the CPU

    @classmethod
    def from_json(cls, text: str | bytes, *, source: str = "sidecar") -> "Sidecar":
        """The sidecar in ``text``; raises :class:`SidecarFault` naming ``source`` and what is wrong."""
        try:
            values = _of_today(json.loads(text))
            extra = {name: value for name, value in values.items() if name not in _NAMES}
            sidecar = from_plain(cls, {name: value for name, value in values.items() if name in _NAMES})
            return replace(sidecar, extra=extra) if extra else sidecar
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SidecarFault(
                tr(
                    f"{source}: không đọc được tệp mô tả phản ánh ({error}). "
                    "Ghi âm được giữ nguyên; hãy sửa hoặc chuyển tệp đi.",
                    f"{source}: the report's sidecar cannot be read ({error}). "
                    "The audio is kept; mend the file or move it away.",
                )
            ) from error


_NAMES = tuple(name for name in names_of(Sidecar) if name != "extra")
_encode = json.JSONEncoder(ensure_ascii=False).encode  # made once: ``dumps`` makes one each time


def _of_today(values: dict[str, Any]) -> dict[str, Any]:
    match values.get("format"):
        case 1:
            return from_format_1(values)
        case found if found == FORMAT:
            return {name: value for name, value in values.items() if name != "format"}
        case found:
            raise ValueError(f"format {found!r}, known are 1 to {FORMAT}")

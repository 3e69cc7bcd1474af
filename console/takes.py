"""How the takes of a recording ended, and whether sound is missing in one: what a reader of the text must know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.gettext import lazy_gettext as _l
from ivr.model import ReportPart

LEAST_MISSING = 2.0
"""Seconds by which the clock may be ahead of the sound before it is said that sound is missing."""

ENDS: Mapping[str, object] = {
    "key": _l("người gọi nhấn phím"),
    "silence": _l("người gọi im lặng"),
    "limit": _l("hết thời lượng, ghi tiếp đoạn sau"),
    "hangup": _l("người gọi gác máy khi đang nói"),
    "nothing": _l("người gọi gác máy trong tiếng bíp"),
    "unwritable": _l("ổ đĩa không ghi được"),
}
"""By :class:`ivr.phone.RecordEnd`."""


@dataclass(frozen=True, kw_only=True)
class Take:
    """One stretch that was spoken at a time; seconds, ``start`` from the beginning of the recording."""

    number: int
    start: float
    seconds: float
    ended: str
    """In words; empty where it is not known."""
    missing: float
    """Seconds of sound that should be there and are not; 0 for few or none."""


def describe_takes(parts: Sequence[ReportPart]) -> list[Take]:
    """The takes in the order they were spoken; they lie one behind the other in the recording."""
    takes: list[Take] = []
    start = 0.0
    for part in parts:
        missing = (part.clock_seconds or 0.0) - part.sound_seconds
        takes.append(
            Take(
                number=len(takes) + 1,
                start=start,
                seconds=part.sound_seconds,
                ended=str(ENDS.get(part.end_reason or "", "")),
                missing=missing if missing >= LEAST_MISSING else 0.0,
            )
        )
        start += part.sound_seconds
    return takes

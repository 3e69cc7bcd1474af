"""Event streams recorded from a real Asterisk (tests/data/queue-events), as panoramisk would give them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.asterisk.queue_events import EventReader
from ivr.callcentre.calls import CallBook

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "data" / "queue-events"
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""The moment given to second 0 of every stream: 08:00 in Vietnam."""

PHONES = frozenset({"PJSIP/op1", "PJSIP/op2", "PJSIP/op3", "PJSIP/ph1", "PJSIP/ph2"})
"""The operators' telephones in them."""

_CUT = {"Privilege": "call,all", "ChannelState": "6", "ChannelStateDesc": "Up", "CallerIDNum": "<unknown>"}
"""What every event of a channel has in front of its ids, and the recording left out of most."""

Recorded = dict[str, str | list[str]]


def moment(seconds: float) -> datetime:
    """The moment of a stream's second."""
    return START + timedelta(seconds=seconds)


def recorded(name: str) -> Iterator[Recorded]:
    """The events of one stream with their ``Timestamp``; a value that was given twice is a list."""
    for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        fields = json.loads(line)
        at = moment(fields.pop("t"))
        event: Recorded = {key: value.split("\n") if "\n" in value else value for key, value in fields.items()}
        if "Channel" in event:
            event = {**_CUT, **event}
        yield {**event, "Timestamp": f"{at.timestamp():.6f}"}


def streams() -> list[str]:
    """The names of all recorded streams."""
    return sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def replayed(name: str) -> CallBook:
    """The calls after a stream."""
    reader, book = EventReader(), CallBook()
    for event in recorded(name):
        value = reader.read(event, now=START)
        if value is not None:
            book.apply(value)
    return book

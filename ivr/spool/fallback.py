"""What the dialplan leaves when it takes a call without us: ``fallback-<uniqueid>.json``, ``.end`` and the sound."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from ulid import ULID

from ivr.recordings.takes import ENDINGS

PREFIX = "fallback-"


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """One call the dialplan took; facts are what it could write down, ``""`` where it could not."""

    uniqueid: str
    audio: Path
    note: Path
    started_at: datetime
    linkedid: str = ""
    caller: str = ""
    called: str = ""
    city: str = ""
    language: str = "vi"
    lasted: float | None = None
    """Whole seconds the recording took; None where the dialplan did not say."""
    trimmed: bool = False
    """Silence ended it: all but a second of that was cut off."""
    unfinished: bool = False
    """The dialplan was to say how long it took, and could not: the disk was full, or Asterisk died."""

    @property
    def end(self) -> Path:
        """Where the dialplan says how long the recording took."""
        return self.note.with_suffix(".end")

    @property
    def has_audio(self) -> bool:
        """Whether the caller stayed until the beep."""
        return self.audio.exists()

    @property
    def files(self) -> list[Path]:
        """Those of its files that are there."""
        return [path for path in (self.audio, self.note, self.end) if path.exists()]

    def ulid(self, instance: str, salt: str = "") -> str:
        """The ULID it gets where no call of ours is known: the same at every try, so that adopting is idempotent."""
        milliseconds = int(self.started_at.timestamp() * 1000).to_bytes(6, "big")
        digest = sha256(f"{instance}\0{self.uniqueid}\0{salt}".encode()).digest()
        return str(ULID.from_bytes(milliseconds + digest[:10]))


def find_fallbacks(folder: Path) -> list[Fallback]:
    """Every call the dialplan took, oldest first."""
    stems = {path.stem for path in folder.glob(f"{PREFIX}*") if path.suffix in (*ENDINGS, ".json", ".end")}
    return sorted(
        (_read(folder, stem) for stem in stems), key=lambda fallback: (fallback.started_at, fallback.uniqueid)
    )


def _read(folder: Path, stem: str) -> Fallback:
    note = folder / f"{stem}.json"
    sounds = [folder / f"{stem}{ending}" for ending in ENDINGS]
    audio = next((path for path in sounds if path.exists()), sounds[-1])
    uniqueid = stem.removeprefix(PREFIX)
    facts = _facts(note)
    texts = {name: str(facts.get(name, "")) for name in ("linkedid", "caller", "called", "city")}
    language = "en" if facts.get("language") == "en" else "vi"
    started_at = _moment(facts.get("started")) or _moment(uniqueid.rpartition("-")[2].partition(".")[0])
    if started_at is None:
        newest = max((path.stat().st_mtime for path in (audio, note) if path.exists()), default=0.0)
        started_at = datetime.fromtimestamp(newest, UTC)
    end = _facts(note.with_suffix(".end"))
    lasted = end.get("seconds")
    return Fallback(
        uniqueid=uniqueid,
        audio=audio,
        note=note,
        started_at=started_at,
        language=language,
        lasted=float(lasted) if isinstance(lasted, int) else None,
        trimmed=end.get("status") == "SILENCE",
        unfinished=facts.get("tells_end") is True and not isinstance(lasted, int),
        **texts,
    )


def _facts(note: Path) -> dict[str, Any]:
    """What the dialplan wrote; a full disk may have left nothing or half of it."""
    try:
        facts = json.loads(note.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _moment(epoch: object) -> datetime | None:
    """A moment from Asterisk's EPOCH or the first part of a UNIQUEID."""
    try:
        seconds = int(str(epoch))
    except ValueError:
        return None
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 2**38 else None

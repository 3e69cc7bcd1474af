"""How one sound is made, and what its content depends on."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ivr.prompts.errors import PromptError
from ivr.speech import Language

PIPELINE = 1
"""Raise it when the way sounds are made changes: every sound is then built anew."""
READING = 2
"""Raise it when recordings of a voice pack are read otherwise: they alone are then built anew."""


@dataclass(frozen=True, kw_only=True)
class Speech:
    """Words read by the synthetic voice of a language, ``speed`` words a minute, ``tail`` seconds of quiet after."""

    words: str
    voice: Language
    speed: int
    tail: float


@dataclass(frozen=True, kw_only=True)
class VoiceFile:
    """A recorded file of the voice pack."""

    path: Path
    tail: float


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """Silence, in seconds."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Tone:
    """A sine tone: hertz and seconds."""

    hertz: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Music:
    """The tune of :mod:`ivr.prompts.melody`; a changed tune has another number."""

    number: int = 1


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Other sounds, one behind the other."""

    parts: "tuple[Source, ...]"


Source = Speech | VoiceFile | Quiet | Tone | Music | Joined


@dataclass(frozen=True, kw_only=True)
class Item:
    """One sound to build: ``key`` is its path below the sounds folder without extension."""

    key: str
    source: Source

    def digest(self) -> str:
        """Changes exactly when the sound would."""
        return _digest(self.source)


def _digest(source: Source) -> str:
    kind = type(source).__name__
    facts: object
    match source:
        case VoiceFile():
            try:
                content = hashlib.sha256(source.path.read_bytes()).hexdigest()
            except OSError as error:
                raise PromptError(f"{source.path}: {error.strerror}") from error
            facts = {"content": content, "tail": source.tail, "reading": READING}
        case Joined():
            facts = [_digest(part) for part in source.parts]
        case _:
            facts = asdict(source)
    return hashlib.sha256(json.dumps([PIPELINE, kind, facts], sort_keys=True).encode()).hexdigest()

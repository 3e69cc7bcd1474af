"""Plain values of a transcript."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Word:
    """One heard word; ``start`` and ``end`` in seconds from the recording's beginning, confidence 0–1."""

    text: str
    start: float
    end: float
    confidence: float

    def as_dict(self) -> dict[str, Any]:
        """The JSON form, times rounded to a hundredth of a second and confidence to a thousandth."""
        return {
            "text": self.text,
            "start": round(self.start, 2),
            "end": round(self.end, 2),
            "confidence": round(self.confidence, 3),
        }


def mean_confidence(words: Iterable[Word]) -> float:
    """The plain mean over the words, 0.0 where none was heard."""
    confidences = [word.confidence for word in words]
    return sum(confidences) / len(confidences) if confidences else 0.0


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a recogniser heard in one recording; ``raw_text`` is never changed afterwards."""

    raw_text: str
    """Lower case, words for digits, no punctuation, in the model's own spelling."""
    words: tuple[Word, ...]
    confidence: float
    """Mean over the words, 0–1."""
    seconds: float
    """Length of the recording, from its samples."""
    decode_seconds: float
    """Wall time the recogniser worked, without reading and resampling."""
    model: str
    model_version: str
    starter: bool
    """Heard by the embedded starter model, which hears people badly: say so beside the text."""
    clipped: bool
    silent: bool
    machine: bool = False
    """Tones of a machine, or music on hold, were in it; they were left out of what was heard."""
    doubtful: bool = False
    """A person should listen before believing the text."""

    @property
    def rtf(self) -> float:
        """Real-time factor: seconds of work per second of speech; 0.0 for an empty recording."""
        return self.decode_seconds / self.seconds if self.seconds else 0.0

    def as_dict(self) -> dict[str, Any]:
        """The JSON form that ``tongdai transcribe --json`` prints."""
        return {
            "raw_text": self.raw_text,
            "words": [word.as_dict() for word in self.words],
            "confidence": round(self.confidence, 3),
            "seconds": round(self.seconds, 2),
            "decode_seconds": round(self.decode_seconds, 3),
            "rtf": round(self.rtf, 3),
            "model": self.model,
            "model_version": self.model_version,
            "starter": self.starter,
            "clipped": self.clipped,
            "silent": self.silent,
            "machine": self.machine,
            "doubtful": self.doubtful,
        }

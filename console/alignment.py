"""Lays the text people read over the words the recogniser heard, so that every word can be clicked and heard."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from ivr.model.text import fold

LEAST_CONFIDENCE = 0.6
"""Words heard less surely than this are underlined (CONSOLE "Player")."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """One written word with the stretch of the recording it stands for, in seconds; None where nothing fits.

    ``confidence`` is 0–1; None in a text that a person wrote or has been over.
    """

    text: str
    start: float | None
    end: float | None
    confidence: float | None

    @property
    def unsure(self) -> bool:
        """Whether the machine heard it badly and no person has corrected it."""
        return self.confidence is not None and self.confidence < LEAST_CONFIDENCE


def align(text: str, heard: Sequence[Mapping[str, Any]], *, by_machine: bool) -> list[Token]:
    """The words of ``text`` with the times of the ``heard`` ones (``{"text", "start", "end", "confidence"}``).

    Equal words (folded) keep their times; a run that was rewritten ("hai trăm" → "200") shares the run's stretch and
    its least confidence. A text that a person has been over holds no doubt any more, also where they left a word.
    """
    written = text.split()
    matcher = SequenceMatcher(
        a=[fold(word) for word in written], b=[fold(str(word["text"])) for word in heard], autojunk=False
    )
    return [
        token
        for _, first, last, begin, end in matcher.get_opcodes()
        for token in _run(written[first:last], heard[begin:end], by_machine)
    ]


def _run(written: Sequence[str], heard: Sequence[Mapping[str, Any]], by_machine: bool) -> Iterator[Token]:
    if len(written) == len(heard):
        for word, said in zip(written, heard, strict=True):
            yield Token(
                text=word,
                start=float(said["start"]),
                end=float(said["end"]),
                confidence=float(said["confidence"]) if by_machine else None,
            )
        return
    if not heard:
        yield from (Token(text=word, start=None, end=None, confidence=None) for word in written)
        return
    start, length = float(heard[0]["start"]), float(heard[-1]["end"]) - float(heard[0]["start"])
    least = min(float(said["confidence"]) for said in heard) if by_machine else None
    for place, word in enumerate(written):
        yield Token(
            text=word,
            start=start + length * place / len(written),
            end=start + length * (place + 1) / len(written),
            confidence=least,
        )

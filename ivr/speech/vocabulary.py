"""The word sounds that are built beforehand: every word in a mid take and, ending a phrase, a final one."""

from dataclasses import dataclass
from typing import Literal

from ivr.speech import english, vietnamese

Language = Literal["vi", "en"]

PAUSE = "pause"
"""A short silence between groups of digits."""
FINAL = "-f"
"""Ends the name of a word's final take: it is spoken as the last of its phrase."""


def digit_words(language: Language) -> tuple[str, ...]:
    """The words of 0 to 9 in their order, each spoken by itself."""
    return vietnamese.DIGITS if language == "vi" else english.DIGITS


@dataclass(frozen=True, kw_only=True)
class WordSound:
    """One sound to build: ``phrase`` is spoken, as the last of a sentence where ``final``."""

    id: str
    phrase: str
    final: bool


def vocabulary(language: Language) -> list[WordSound]:
    """Every word sound the rules of this language can ask for, except :data:`PAUSE`, which is silence."""
    words = vietnamese.WORDS if language == "vi" else english.WORDS
    return [
        WordSound(id=name + (FINAL if final else ""), phrase=phrase, final=final)
        for name, phrase in words.items()
        for final in (False, True)
    ]


def ending(words: list[str]) -> list[str]:
    """The same words with the last one in its final take."""
    return [*words[:-1], words[-1] + FINAL]


def counted(language: Language) -> dict[str, list[str]]:
    """The words of each sound with which Asterisk itself says a number, by the name of its file below ``digits/``."""
    return vietnamese.counted() if language == "vi" else english.counted()

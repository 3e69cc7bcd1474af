"""The ways of a caller that are measured, and the most seconds each may take; a city may decide otherwise."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ivr.settings.shape import Number
from ivr.words import tr

BEFORE_ENGLISH = 6
"""Seconds in which a Vietnamese greeting has offered English."""


class Way(StrEnum):
    """What a caller does, named as in ``[seconds]`` of ``city.toml``. All but the greeting begin with the answer."""

    GREETING = "greeting"  # from its first word until the first list begins
    HEARD_OUT = "heard_out"  # hears all out, presses the key of a report → the beep
    SILENT = "silent"  # presses nothing → the beep
    BY_SENTENCE = "by_sentence"  # presses a report's key when its sentence ends → the beep; the slowest of such keys
    AT_ONCE = "at_once"  # presses that key in the greeting, and a key in the instruction → the beep
    REPORT = "report"  # hears all out, a key after speaking, one key at publication → the code was read twice
    SILENT_REPORT = "silent_report"  # presses nothing at all → the code was read twice

    @property
    def label(self) -> str:
        """What people call it."""
        match self:
            case Way.GREETING:
                return tr("lời chào", "greeting")
            case Way.HEARD_OUT:
                return tr("nghe hết rồi bấm → tiếng bíp", "heard out, then the key → beep")
            case Way.SILENT:
                return tr("không bấm → tiếng bíp", "no key → beep")
            case Way.BY_SENTENCE:
                return tr("bấm khi nghe xong câu → tiếng bíp", "key after its sentence → beep")
            case Way.AT_ONCE:
                return tr("bấm ngay → tiếng bíp", "key at once → beep")
            case Way.REPORT:
                return tr("nghe hết → đọc xong mã (chưa kể lúc nói)", "heard out → code read (speech apart)")
            case Way.SILENT_REPORT:
                return tr("không bấm → đọc xong mã (chưa kể lúc nói)", "no key → code read (speech apart)")


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Most seconds in each language; a number in ``city.toml`` is for both."""

    vi: Annotated[Number, Field(ge=0.1)]
    en: Annotated[Number, Field(ge=0.1)]

    def of(self, language: str) -> float:
        """The limit in ``vi`` or ``en``."""
        return self.en if language == "en" else self.vi


def _both(given: Any) -> Any:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    return {"vi": given, "en": given} if number else given


Most = Annotated[Limit, BeforeValidator(_both)]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """``[seconds]`` of ``city.toml``: a field is a :class:`Way`.

    English callers first hear Vietnamese until the sentence that offers English: each way that is counted from the
    answer and heard out may take :data:`BEFORE_ENGLISH` longer.
    """

    greeting: Most = Limit(vi=12, en=12)
    heard_out: Most = Limit(vi=30, en=30 + BEFORE_ENGLISH)
    silent: Most = Limit(vi=40, en=40 + BEFORE_ENGLISH)
    by_sentence: Most = Limit(vi=22, en=22 + BEFORE_ENGLISH)
    at_once: Most = Limit(vi=6, en=6)
    report: Most = Limit(vi=60, en=60 + BEFORE_ENGLISH)
    silent_report: Most = Limit(vi=95, en=95 + BEFORE_ENGLISH)

    def of(self, way: Way, language: str) -> float:
        """The most seconds of a way in a language."""
        limit: Limit = getattr(self, way.value)
        return limit.of(language)

"""What is said for a code, phone number, PIN, count, date or time: names of word sounds in their order."""

from datetime import date, datetime, time
from itertools import pairwise
from typing import Protocol, assert_never

from ivr.speech import english, vietnamese
from ivr.speech.vocabulary import PAUSE, Language, ending

LARGEST = 999_999_999


class _Rules(Protocol):
    """What the module of a language offers: names of word sounds, all in their mid take."""

    def digit(self, value: int) -> str: ...
    def plus(self) -> str: ...
    def number(self, value: int) -> list[str]: ...
    def day(self, value: date, *, year: bool) -> list[str]: ...
    def clock(self, value: time) -> list[str]: ...


def spell_code(code: str, language: Language) -> list[str]:
    """A ticket code of digits only, digit by digit in groups of three; ValueError for anything else."""
    return _spell(code, language)


def spell_pin(pin: str, language: Language) -> list[str]:
    """A PIN of digits only, digit by digit; ValueError for anything else."""
    return _spell(pin, language)


def spell_phone(number: str, language: Language) -> list[str]:
    """A phone number as digits with an optional leading ``+``; +84 is said as the 0 people dial."""
    digits = "0" + number[3:] if number.startswith("+84") else number
    if digits.startswith("+"):
        return [_rules(language).plus(), *_spell(digits[1:], language)]
    return _spell(digits, language)


def count(value: int, language: Language) -> list[str]:
    """A whole number 0 to 999,999,999 as it is counted aloud; ValueError outside."""
    if not 0 <= value <= LARGEST:
        raise ValueError(f"cannot count {value} aloud: 0 to {LARGEST} only")
    return ending(_rules(language).number(value))


def spoken_date(value: date, language: Language, *, year: bool = True) -> list[str]:
    """A civil date, with its year unless asked otherwise."""
    return ending(_rules(language).day(value, year=year))


def spoken_time(value: time, language: Language) -> list[str]:
    """A time of day to the minute; seconds are not said. No menu says one yet: for opening hours and call-backs."""
    return ending(_rules(language).clock(value))


def spoken_moment(value: datetime, language: Language, *, year: bool = True) -> list[str]:
    """Time of day, a pause, then the date, both as ``value`` has them (convert to local time before).

    No menu says one yet: for appointments.
    """
    rules = _rules(language)
    return [*rules.clock(value.time()), PAUSE, *ending(rules.day(value.date(), year=year))]


def _spell(digits: str, language: Language) -> list[str]:
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"cannot spell {digits!r}: digits only")
    rules = _rules(language)
    said: list[str] = []
    for start, end in pairwise(_cuts(len(digits))):
        if said:
            said.append(PAUSE)
        said += [rules.digit(int(sign)) for sign in digits[start:end]]
    return ending(said)


def _cuts(length: int) -> list[int]:
    """Groups of three counted from the end; one digit too many joins the first group (0905 123 456)."""
    first = length % 3 + (3 if length % 3 == 1 and length > 1 else 0)
    return [0, *range(first, length, 3), length] if first else list(range(0, length + 1, 3))


def _rules(language: Language) -> _Rules:
    match language:
        case "vi":
            return vietnamese
        case "en":
            return english
        case _:
            assert_never(language)

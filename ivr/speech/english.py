"""How numbers, dates and times are said in English, as sounds in their order; pure rules without sounds."""

from collections.abc import Iterator
from datetime import date, time

_UP_TO_NINETEEN = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
DIGITS = _UP_TO_NINETEEN[:10]
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_FIRST_NINETEEN = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
)
_DAYS = (
    *_FIRST_NINETEEN,
    "twentieth",
    *(f"twenty {unit}" for unit in _FIRST_NINETEEN[:9]),
    "thirtieth",
    "thirty first",
)
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_HUNDRED, _THOUSAND, _MILLION, _AND, _PLUS = "hundred", "thousand", "million", "and", "plus"
_OH, _CLOCK = "oh", "o'clock"
_MIDNIGHT, _NOON = "midnight", "noon"
_PARTS = ("in the morning", "in the afternoon", "in the evening")


def _name(phrase: str) -> str:
    return phrase.lower().replace("'", "").replace(" ", "-")


WORDS: dict[str, str] = {
    _name(phrase): phrase
    for phrase in (
        *_UP_TO_NINETEEN,
        *_TENS,
        _HUNDRED,
        _THOUSAND,
        _MILLION,
        _AND,
        _PLUS,
        _OH,
        _CLOCK,
        _MIDNIGHT,
        _NOON,
        *_PARTS,
        *(f"the {day}" for day in _DAYS),
        *(f"of {month}" for month in _MONTHS),
    )
}
"""Every phrase these rules can say, by the name of its sound."""


def digit(value: int) -> str:
    """One digit spelled by itself."""
    return _UP_TO_NINETEEN[value]


def plus() -> str:
    """The sign before a foreign phone number."""
    return _PLUS


def number(value: int) -> list[str]:
    """0 to 999,999,999: one hundred and five, two thousand and twenty six."""
    return list(_number(value))


def day(value: date, *, year: bool) -> list[str]:
    """The first of April (two thousand and twenty six)."""
    said = [_name(f"the {_DAYS[value.day - 1]}"), _name(f"of {_MONTHS[value.month - 1]}")]
    return [*said, *_number(value.year)] if year else said


def clock(value: time) -> list[str]:
    """Seven thirty in the morning, five o'clock in the afternoon, noon, midnight."""
    if value.minute == 0 and value.hour % 12 == 0:
        return [_NOON if value.hour else _MIDNIGHT]
    hour = list(_number(value.hour % 12 or 12))
    part = _PARTS[0] if value.hour < 12 else _PARTS[1] if value.hour < 18 else _PARTS[2]
    if value.minute == 0:
        minutes = [_name(_CLOCK)]
    elif value.minute < 10:
        minutes = [_OH, *_number(value.minute)]
    else:
        minutes = list(_number(value.minute))
    return [*hour, *minutes, _name(part)]


def _number(value: int) -> Iterator[str]:
    if value == 0:
        yield _UP_TO_NINETEEN[0]
        return
    started = False
    for size, name in ((1_000_000, _MILLION), (1_000, _THOUSAND), (1, None)):
        group = value // size % 1_000
        if group:
            if started and name is None and group < 100:
                yield _AND
            yield from _group(group)
            if name:
                yield name
            started = True


def _group(value: int) -> Iterator[str]:
    hundreds, rest = divmod(value, 100)
    if hundreds:
        yield _UP_TO_NINETEEN[hundreds]
        yield _HUNDRED
        if rest:
            yield _AND
    if rest >= 20:
        yield _TENS[rest // 10 - 2]
        rest %= 10
    if rest:
        yield _UP_TO_NINETEEN[rest]


def counted() -> dict[str, list[str]]:
    """The words of each sound with which Asterisk says a number itself (``say.c``), by the name of its file."""
    whole = {str(value): number(value) for value in (*range(20), *range(20, 100, 10))}
    return whole | {size: [_name(size)] for size in (_HUNDRED, _THOUSAND, _MILLION)}

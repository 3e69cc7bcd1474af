"""How numbers, dates and times are said in Vietnamese, as words in their order; pure rules without sounds."""

from collections.abc import Iterator
from datetime import date, time

from ivr.speech.telex import telex

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
TEN, TENS, ODD, HUNDRED, THOUSAND, MILLION = "mười", "mươi", "lẻ", "trăm", "nghìn", "triệu"
_AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}
_AFTER_TEN = {5: "lăm"}
DAY, EARLY_DAY, MONTH, YEAR, HOUR, MINUTE, PLUS = "ngày", "mùng", "tháng", "năm", "giờ", "phút", "cộng"

WORDS: dict[str, str] = {
    telex(word): word
    for word in (
        *DIGITS,
        *_AFTER_TENS.values(),
        TEN,
        TENS,
        ODD,
        HUNDRED,
        THOUSAND,
        MILLION,
        DAY,
        EARLY_DAY,
        MONTH,
        HOUR,
        MINUTE,
        PLUS,
    )
}
"""Every word these rules can say, by the name of its sound."""


def digit(value: int) -> str:
    """One digit spelled by itself: always một, bốn, năm."""
    return telex(DIGITS[value])


def plus() -> str:
    """The sign before a foreign phone number."""
    return telex(PLUS)


def number(value: int) -> list[str]:
    """0 to 999,999,999 as it is counted aloud."""
    return [telex(word) for word in _number(value)]


def day(value: date, *, year: bool) -> list[str]:
    """Ngày mùng một tháng tư (năm hai nghìn không trăm hai mươi sáu)."""
    return [telex(word) for word in _day(value, year=year)]


def clock(value: time) -> list[str]:
    """Bảy giờ, mười bảy giờ ba mươi phút: 24 hours, no words for a full hour's minutes."""
    words = [*_number(value.hour), HOUR]
    if value.minute:
        words += [*_number(value.minute), MINUTE]
    return [telex(word) for word in words]


def _number(value: int) -> Iterator[str]:
    if value == 0:
        yield DIGITS[0]
        return
    started = False
    for size, name in ((1_000_000, MILLION), (1_000, THOUSAND), (1, None)):
        group = value // size % 1_000
        if group:
            yield from _group(group, after_larger=started)
            if name:
                yield name
            started = True


def _group(value: int, *, after_larger: bool) -> Iterator[str]:
    """1 to 999; after a larger group the hundreds are always said (không trăm)."""
    hundreds, tens, units = value // 100, value // 10 % 10, value % 10
    said_hundreds = bool(hundreds) or after_larger
    if said_hundreds:
        yield DIGITS[hundreds]
        yield HUNDRED
    if tens == 0:
        if units and said_hundreds:
            yield ODD
    elif tens == 1:
        yield TEN
    else:
        yield DIGITS[tens]
        yield TENS
    if units:
        special = _AFTER_TENS if tens > 1 else _AFTER_TEN if tens == 1 else {}
        yield special.get(units, DIGITS[units])


def _day(value: date, *, year: bool) -> Iterator[str]:
    yield DAY
    if value.day <= 10:
        yield EARLY_DAY
    yield from _number(value.day)
    yield MONTH
    yield from ["tư"] if value.month == 4 else _number(value.month)
    if year:
        yield YEAR
        yield from _number(value.year)


def counted() -> dict[str, list[str]]:
    """The words of each sound with which Asterisk says a number itself (``say.c``), by the name of its file."""
    whole = {str(value): number(value) for value in (*range(20), *range(20, 100, 10))}
    endings = {f"{value}a": [telex(word)] for value, word in _AFTER_TENS.items()}
    sizes = {"hundred": HUNDRED, "thousand": THOUSAND, "million": MILLION, "odd": ODD}
    no_hundreds = [telex(DIGITS[0]), telex(HUNDRED)]
    return {
        **whole,
        **endings,
        **{name: [telex(word)] for name, word in sizes.items()},
        "0-hundred": no_hundreds,
        "0-hundred-odd": [*no_hundreds, telex(ODD)],
    }

"""Vietnamese number words → numbers: counts ("hai mươi lăm" → 25) and runs of digits ("một không hai hai" → 1022).

Only what the words themselves say; whether they mean a number where they stand is for :mod:`transcription.tidy`.
Variants: tư/bốn, lăm/nhăm/năm, mốt/một, linh/lẻ, nghìn/ngàn, bẩy/bảy, rưỡi (DOMAIN's list).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.speech import digit_words

DIGITS = {word: value for value, word in enumerate(digit_words("vi"))} | {"bẩy": 7}
AFTER_TENS = {
    "mốt": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "lăm": 5, "nhăm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9,
}  # fmt: skip
_LATER_DIGITS = DIGITS | {"mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5, "linh": 0, "lẻ": 0}
_SCALES = {"nghìn": 1_000, "ngàn": 1_000, "triệu": 1_000_000, "tỷ": 1_000_000_000, "tỉ": 1_000_000_000}
_MAKES_COUNT = {"mươi", "trăm", *_SCALES}


@dataclass(frozen=True, kw_only=True)
class Count:
    """A count and the position after its last word."""

    value: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Digits:
    """A run of digits as they are written and the position after its last word."""

    text: str
    end: int


def find_count(words: Sequence[str], at: int) -> Count | None:
    """The longest count that begins at this word; "hai mươi năm" is 20 (years), for 25 is "hai mươi lăm"."""
    group = _group(words, at)
    if group is None:
        return None
    total, limit, count = 0, 10**12, group
    while (scale := _SCALES.get(_word(words, count.end), limit)) < limit:
        total, limit = total + count.value * scale, scale
        count = Count(value=0, end=count.end + 1)
        if _word(words, count.end) == "rưỡi":
            return Count(value=total + scale // 2, end=count.end + 1)
        rest = _group(words, count.end, inner=True)
        if rest is None:
            break
        count = rest
    return Count(value=total + count.value, end=count.end)


def find_digits(words: Sequence[str], at: int) -> Digits | None:
    """The longest run of single digits here; it leaves the word that begins a count ("một hai | ba mươi")."""
    end, text = at, ""
    while (digit := (_LATER_DIGITS if text else DIGITS).get(_word(words, end))) is not None:
        if _word(words, end + 1) in _MAKES_COUNT:
            break
        text += str(digit)
        end += 1
    while text and words[end - 1] in {"linh", "lẻ"}:  # "lẻ" must join two digits
        text, end = text[:-1], end - 1
    return Digits(text=text, end=end) if text else None


def find_grouped_digits(words: Sequence[str], at: int) -> Digits | None:
    """A number read in groups, as telephones are: "không chín mười hai ba mươi tư" → 091234."""
    end, text = at, ""
    while True:
        digits = find_digits(words, end)
        if digits is not None:
            text, end = text + digits.text, digits.end
            continue
        group = _group(words, end)
        if group is None:
            return Digits(text=text, end=end) if text else None
        text, end = text + str(group.value), group.end


def _group(words: Sequence[str], at: int, *, inner: bool = False) -> Count | None:
    """A count below a thousand; ``inner``: after nghìn, triệu, where a bare digit is a new thing."""
    digit = DIGITS.get(_word(words, at))
    if digit is not None and _word(words, at + 1) == "trăm" and (digit or inner):
        return _after_hundred(words, at + 2, digit * 100)
    tens = _tens(words, at)
    if tens is not None:
        return tens
    if inner:
        return _linked_digit(words, at, 0)
    return None if digit is None else Count(value=digit, end=at + 1)


def _after_hundred(words: Sequence[str], at: int, hundreds: int) -> Count:
    tens = _tens(words, at)
    if tens is not None:
        return Count(value=hundreds + tens.value, end=tens.end)
    if _word(words, at) == "rưỡi":
        return Count(value=hundreds + 50, end=at + 1)
    return _linked_digit(words, at, hundreds) or Count(value=hundreds, end=at)


def _linked_digit(words: Sequence[str], at: int, base: int) -> Count | None:
    """ "linh năm", "lẻ tư" after hundreds or thousands."""
    if _word(words, at) not in {"linh", "lẻ"}:
        return None
    digit = _LATER_DIGITS.get(_word(words, at + 1), 0)
    return Count(value=base + digit, end=at + 2) if digit else None


def _tens(words: Sequence[str], at: int) -> Count | None:
    first, second = _word(words, at), _word(words, at + 1)
    if first == "mười":
        unit = {**AFTER_TENS, "một": 1}.get(second, 0) if second not in {"mốt", "tư"} else 0
        return Count(value=10 + unit, end=at + (2 if unit else 1))
    if second != "mươi" or DIGITS.get(first, 0) < 2:
        return None
    unit = AFTER_TENS.get(_word(words, at + 2), 0)
    return Count(value=DIGITS[first] * 10 + unit, end=at + (3 if unit else 2))


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""

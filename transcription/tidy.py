"""A tidied copy of what was heard, for people to read: figures where numbers were said, a capital at the start.

The raw text is never changed; this stands beside it. Number words are ordinary words as well (không, năm, ba, tư,
chín, hai), so a number is written only where DOMAIN §6 is sure of one: in a run of three words or more, or after a
word that announces it (số, kiệt, ngày …). What stays doubtful stays in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from transcription.numbers import Count, Digits, find_count, find_digits, find_grouped_digits

_ADDRESS = {"số", "kiệt", "hẻm", "ngõ", "ngách", "tổ", "quận", "tầng", "lô"}
_SLASH = {"xuyệt", "xẹt", "xuyệc", "sẹc"}
_NO_NUMBER_BEFORE = {"một", "đa", "thiểu", "vài", "phần"}  # "một số", "đa số": the word before "số"
_COUNTED = {
    "bên", "bữa", "cái", "cháu", "chiếc", "chiều", "con", "đêm", "đứa", "giờ", "hộ", "lần", "lượt", "mét", "năm",
    "ngày", "người", "nhà", "phút", "tháng", "tiếng", "tuần", "xe",
}  # fmt: skip
_REPEATED = {"bữa", "đêm", "lần", "lượt", "liền"}  # "tháng hai lần"
_AFTER_YEARS = {"nay", "ngoái", "trước", "sau", "qua", "rồi", "kia", "liền", "tới", "mới"}
_CLOCK = {"lúc", "khoảng", "từ", "đến", "tới", "hồi", "vào", "gần", "trước", "sau"}
_PHONE_LENGTHS = {10, 11}


@dataclass(frozen=True, kw_only=True)
class Written:
    """Figures that stand for the words up to ``end``."""

    text: str
    end: int


def tidy(raw_text: str) -> str:
    """The readable copy of a recogniser's text."""
    words = raw_text.split()
    tidied: list[str] = []
    at = 0
    while at < len(words):
        written = _find_number(words, at)
        tidied.append(words[at] if written is None else written.text)
        at = at + 1 if written is None else written.end
    text = " ".join(tidied)
    return text[:1].upper() + text[1:]


def _find_number(words: Sequence[str], at: int) -> Written | None:
    """The figures that begin at this word, by the first reading that is sure of them."""
    for reading in (_year, _slashed, _telephone, _announced, _clock, _long_digits, _long_count):
        written = reading(words, at)
        if written is not None:
            return written
    return None


def _year(words: Sequence[str], at: int) -> Written | None:
    """The word "năm" before a year is the word "year", not a five."""
    if _word(words, at - 1) == "năm" and (count := find_count(words, at)) and _is_year(count.value, count.end - at):
        return Written(text=str(count.value), end=count.end)
    if _word(words, at - 1) == "năm" and (digits := find_digits(words, at)) and _is_year(int(digits.text), 4):
        return Written(text=digits.text, end=digits.end)
    return None


def _is_year(value: int, words: int) -> bool:
    return words >= 3 and 1900 <= value < 2200


def _says_year(words: Sequence[str], at: int) -> bool:
    return _word(words, at) == "năm" and _year(words, at + 1) is not None


def _slashed(words: Sequence[str], at: int) -> Written | None:
    """A house number with "xuyệt": 45/2/3; "trên" says the same only behind a word of address."""
    joints = _SLASH | {"trên"} if _announces_address(words, at) else _SLASH
    parts: list[str] = []
    position = at
    while (part := _address_number(words, position)) is not None:
        parts.append(part.text)
        position = part.end
        if _word(words, position) not in joints or _address_number(words, position + 1) is None:
            break
        position += 1
    return Written(text="/".join(parts), end=position) if len(parts) > 1 else None


def _address_number(words: Sequence[str], at: int) -> Written | None:
    """The longer of count and digits, without thousands points."""
    count, digits = find_count(words, at), find_digits(words, at)
    if digits is not None and (count is None or digits.end > count.end):
        return Written(text=digits.text, end=digits.end)
    return None if count is None else Written(text=str(count.value), end=count.end)


def _telephone(words: Sequence[str], at: int) -> Written | None:
    """Ten or eleven figures from a nought on are a telephone, read singly or in groups."""
    if _word(words, at) != "không":
        return None
    run = find_grouped_digits(words, at)
    if run is None or len(run.text) not in _PHONE_LENGTHS:
        return None
    return Written(text=run.text, end=run.end)


def _announces_address(words: Sequence[str], at: int) -> bool:
    before = _word(words, at - 1)
    if before == "số":
        return _word(words, at - 2) not in _NO_NUMBER_BEFORE
    return before in _ADDRESS or (before == "thoại" and _word(words, at - 2) == "điện")


def _announced(words: Sequence[str], at: int) -> Written | None:
    """A number behind the word that announces it."""
    if _announces_address(words, at):
        number = _address_number(words, at)
        return number if number is not None and _surely(words, at, number.end) else None
    match _word(words, at - 1):
        case "đường":
            number = _address_number(words, at)
            named_after_a_day = number is not None and _word(words, number.end) == "tháng"
            return number if number is not None and (number.end - at > 2 or named_after_a_day) else None
        case "tháng":
            return _within(words, at, 12, single=True)
        case "mùng" | "mồng":
            return _within(words, at, 10, single=True)
        case "ngày":
            if _counts(words, at - 2):
                return None
            return _within(words, at, 31, single=False)
        case "giờ" if _counts(words, at - 2):
            return _within(words, at, 59, single=False)
        case _:
            return None


def _surely(words: Sequence[str], at: int, end: int) -> bool:
    """Whether these words are the announced number and not "hẻm ba mét", "số không đúng", "tổ năm ngoái"."""
    if end - at > 1:
        return True
    word, following = words[at], _word(words, end)
    if word == "không" or (word == "năm" and following in _AFTER_YEARS):
        return False
    return following not in _COUNTED


def _within(words: Sequence[str], at: int, most: int, *, single: bool) -> Written | None:
    """A number of 1 … ``most``; one word alone only if ``single``, or where a month or minute follows."""
    count = _short_number(words, at, most)
    if count is None or not 1 <= count.value <= most:
        return None
    following = _word(words, count.end)
    if count.end - at == 1 and words[at] != "mười":
        if not (single or following in {"tháng", "phút"}):
            return None
        if following in _REPEATED or following in {"ngoái", "trước", "sau", "liền"}:
            return None
    return Written(text=str(count.value), end=count.end)


def _short_number(words: Sequence[str], at: int, most: int) -> Count | None:
    """Two digits said singly ("hai chín" for 29) where that stays within ``most``, else a count, else tháng tư."""
    digits = find_digits(words, at)
    if digits is not None and digits.end == at + 2 and int(digits.text) <= most and not _says_year(words, at + 1):
        return Count(value=int(digits.text), end=digits.end)
    return find_count(words, at) or (Count(value=4, end=at + 1) if _word(words, at) == "tư" else None)


def _counts(words: Sequence[str], at: int) -> bool:
    """Whether a number, or a word in its place, stands here: "ba ngày …", "mỗi ngày …"."""
    return _word(words, at) in {"mươi", "mười", "mỗi", "mấy", "nhiều", "vài", "hàng", "một"} or (
        find_count(words[at : at + 1], 0) is not None or _word(words, at) in {"lăm", "mốt", "tư"}
    )


def _clock(words: Sequence[str], at: int) -> Written | None:
    """ "lúc chín giờ": an hour behind a word of time."""
    count = find_count(words, at)
    if count is None or _word(words, count.end) != "giờ" or _word(words, at - 1) not in _CLOCK:
        return None
    return Written(text=str(count.value), end=count.end) if 1 <= count.value <= 24 else None


def _long_digits(words: Sequence[str], at: int) -> Written | None:
    """Three digits or more in a row, unless they are an idiom, a question or a denial."""
    run = find_digits(words, at)
    if run is None or _word(words, at - 1) == "không" or _says_year(words, at):
        return None  # a run that was refused from its "không" on is not taken up behind it
    end = _without_ordinary_words(words, at, run)
    spoken = words[at:end]
    if len(spoken) < 3 or set(spoken) == {"không"} or (spoken[0] == "không" and len(spoken) < 5):
        return None
    if len(spoken) == 3 and spoken[2] == "năm" and int(run.text[1]) - int(run.text[0]) == 1:
        return None  # "hai ba năm": two or three years
    return Written(text=run.text[: end - at], end=end)


def _without_ordinary_words(words: Sequence[str], at: int, run: Digits) -> int:
    """Where the run ends once "năm" of "năm ngoái" and the "không" of a question are left out."""
    last, short = words[run.end - 1], run.end - at < 6
    years = last == "năm" and (_word(words, run.end) in _AFTER_YEARS or _says_year(words, run.end - 1))
    asks = last == "không" and short and words[at] != "không"
    return run.end - 1 if years or asks else run.end


def _long_count(words: Sequence[str], at: int) -> Written | None:
    """A count of three words or more; points in thousands from 10.000 on, as Vietnamese is written."""
    count = find_count(words, at)
    if count is None or count.end - at < 3 or _says_year(words, at):
        return None
    if count.value >= 10_000:
        return Written(text=f"{count.value:,}".replace(",", "."), end=count.end)
    return Written(text=str(count.value), end=count.end)


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""

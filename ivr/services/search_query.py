"""What somebody typed or pasted into a search field, taken apart once for every list: codes, digits and words.

Copied text brings invisible direction marks, soft hyphens, other spaces and dashes, full-width digits and letters that
are typed mark by mark; all of it is brought to what a plain keyboard types (:func:`plain`).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from ivr.model.code import find_code, is_valid
from ivr.model.text import fold, search_terms

LEAST_DIGITS = 3
"""Digits from which a run is more than a word: part of a telephone number or of a code."""
WHOLE_NUMBER = 9
"""Digits of a telephone number without its leading zero or country code."""
_HOME = "84"

_LABEL = re.compile(r"(?<!\w)[^\W\d_]{1,10}\s?:\s*(?=[+(]?\d)")
"""``tel:``, ``SĐT:``, ``Mã:`` before digits says what they are and is none of the words."""
_RUN = re.compile(
    r"(?<!\w)[^\W\d_]{1,4}-?(?P<code>\d{2}-\d[\d-]*|\d{9})(?!\w)"  # the beginning of a code, its prefix attached
    r"|(?<![\w+])(?P<bare>\+?\(?\d(?:[ ().-]*\d)*)(?!\w)"
)
_QUOTES = frozenset("“”„‟«»″")


@dataclass(frozen=True, kw_only=True)
class Digits:
    """A run of digits, however it was parted."""

    joined: str
    groups: tuple[str, ...]

    @cached_property
    def code(self) -> str | None:
        """The whole code these digits are, by their check digit; a telephone number may be one by chance."""
        return self.joined if is_valid(self.joined) else None

    @cached_property
    def number(self) -> str:
        """The digits of a telephone number as they stand at its end: without country code and leading zero."""
        digits = self.joined
        if digits.startswith(f"00{_HOME}"):
            digits = digits[2:]
        if len(digits) > len(_HOME) + WHOLE_NUMBER - 1 and digits.startswith(_HOME):
            digits = digits[len(_HOME) :]
        return digits.lstrip("0") if len(digits) >= WHOLE_NUMBER else digits

    @cached_property
    def running(self) -> tuple[str, str, str] | None:
        """``(year, running number, check digit)`` of the code of which these are a part; what is not said is empty.

        ``4217``, ``004217``, ``004217-4``, ``26-004217``.
        """
        match self.groups, len(self.joined):
            case (year, number), _ if len(year) == 2 and len(number) == 6:
                return year, number, ""
            case (number, check), _ if len(check) == 1 and len(number) <= 6:
                return "", number.zfill(6), check
            case _, length if length <= 6:
                return "", self.joined.zfill(6), ""
            case _, 7:
                return "", self.joined[:6], self.joined[6]
            case _, 8:
                return self.joined[:2], self.joined[2:], ""
        return None


@dataclass(frozen=True, kw_only=True)
class SearchQuery:
    """A query: everything in it must be found, except that a whole code is found whatever stands beside it."""

    codes: tuple[str, ...] = ()
    """Whole codes that were written as such."""
    runs: tuple[Digits, ...] = ()
    terms: tuple[str, ...] = ()
    """Words and phrases, folded (:func:`ivr.model.text.search_terms`)."""

    @property
    def lone_run(self) -> Digits | None:
        """The digits, where nothing else was typed."""
        return self.runs[0] if len(self.runs) == 1 and not self.terms else None


def read_query(text: str) -> SearchQuery:
    """Codes, digits and words of a query as it was typed or pasted."""
    typed = plain(text)
    code = find_code(typed)
    if code is not None and not re.fullmatch(r"\s*[0-9]{9}\s*", typed):
        return SearchQuery(codes=(code,))
    codes: list[str] = []
    runs: list[Digits] = []
    words: list[str] = []
    place = 0
    unlabelled = _LABEL.sub("", typed)
    for found in _RUN.finditer(unlabelled):
        digits = [run for run in _parted(found["code"] or found["bare"]) if len(run.joined) >= LEAST_DIGITS]
        if not digits:
            continue  # a house number is a word
        words.append(unlabelled[place : found.start()])
        place = found.end()
        written = find_code(found[0]) if found["code"] or "-" in found[0] else None
        codes += [written] if written else []
        runs += digits
    words.append(unlabelled[place:])
    return SearchQuery(codes=tuple(codes), runs=tuple(runs), terms=tuple(search_terms(" ".join(words))))


def plain(text: str) -> str:
    """The text as a plain keyboard types it: composed, nothing invisible, one kind of dash, space, quote and digit."""
    return "".join(_plain(sign) for sign in unicodedata.normalize("NFC", text))


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign
    match unicodedata.category(sign):
        case "Cf" if sign == "\N{ZERO WIDTH SPACE}":
            return " "
        case "Cf":
            return ""
        case "Pd":
            return "-"
        case "Zs" | "Zl" | "Zp":
            return " "
        case "Nd":
            return str(unicodedata.digit(sign))
        case "Sm" if sign == "\N{MINUS SIGN}":
            return "-"
    if sign in _QUOTES:
        return '"'
    wide = unicodedata.decomposition(sign).startswith(("<wide>", "<narrow>"))
    return unicodedata.normalize("NFKC", sign) if wide else sign


def _parted(run: str) -> list[Digits]:
    """One run, or several where a whole number or code stands beside other digits: ``0905123456 0914777888``."""
    digits = _digits(run)
    chunks = [_digits(chunk) for chunk in run.split()]
    whole = [len(chunk.joined) >= WHOLE_NUMBER for chunk in chunks]
    if len(chunks) == 1 or not any(whole) or len(digits.number) <= WHOLE_NUMBER + 1:
        return [digits]
    return chunks


def _digits(run: str) -> Digits:
    groups = tuple(re.findall(r"[0-9]+", run))
    return Digits(joined="".join(groups), groups=tuple(fold(group) for group in groups))

"""Vietnamese text as rows keep it: cleaned on the way in, and folded for search (DOMAIN §6)."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^\w]|_")
_ASKED = re.compile(r'"([^"]*)"|(\S+)')
_UNSEEN = frozenset({"Mn", "Cf"})
"""Marks of letters, and signs that take no place: a soft hyphen, a direction mark."""
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
"""Control signs (NUL, CR, LF, tab …), line and paragraph separators: they part words."""
_HARMFUL = frozenset({"Cf", "Cs", "Co", "Cn"})
"""Invisible direction marks, half surrogates, private and unassigned: none belongs in a name or note."""


LEAST_REASON = 3
"""Characters of a reason that somebody types, for a move or for listening."""


def fold(text: str) -> str:
    """The search form: lower case, no marks, nothing invisible, đ → d, every run of other signs one space.

    Different words become equal ("Mỹ Tho" and "Mỹ Thọ"; "Hoà" and "Hòa", which are the same): good for finding,
    never for deciding.
    """
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace("\N{ZERO WIDTH SPACE}", " "))
    unmarked = "".join(sign for sign in bare if unicodedata.category(sign) not in _UNSEEN)
    return " ".join(_NOT_WORD.sub(" ", unmarked).split())


def search_terms(query: str) -> list[str]:
    """What a found text must contain, folded: each word, and each "quoted phrase" as a whole."""
    asked = (fold(phrase or word) for phrase, word in _ASKED.findall(query))
    return list(dict.fromkeys(term for term in asked if term))


def clean(text: str, longest: int, *, lines: bool = False) -> str:
    """Text from outside, made harmless: NFC, no control or invisible signs, at most ``longest`` characters.

    :param lines: keep line breaks, as in a note that a person typed.
    """
    bounded = text[: longest * 8]  # a caller's name of a megabyte is not worth reading to its end
    kept = "".join(_replace(sign, lines) for sign in unicodedata.normalize("NFC", bounded))
    if not lines:
        kept = " ".join(kept.split())
    return unicodedata.normalize("NFC", kept).strip()[:longest].rstrip()


def _replace(sign: str, lines: bool) -> str:
    if sign == "\n" and lines:
        return sign
    if sign == "\r" and lines:
        return ""
    category = unicodedata.category(sign)
    if category in _BREAKS:
        return " "
    return "" if category in _HARMFUL else sign

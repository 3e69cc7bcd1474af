"""Vietnamese text as rows keep it: cleaned on the way in, and folded for search (DOMAIN §6)."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^\w]|_")
_ASKED = re.compile(r'"([^"]*)"|(\S+)')
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Control, invisible direction marks, half surrogates, private and unassigned: none belongs in a name or note."""


LEAST_REASON = 3
"""Characters of a reason that somebody types, for a move or for listening."""


def fold(text: str) -> str:
    """The search form: lower case, no marks, đ → d, every run of other signs one space.

    Different words become equal ("Mỹ Tho" and "Mỹ Thọ"; "Hoà" and "Hòa", which are the same): good for finding,
    never for deciding.
    """
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    unmarked = "".join(sign for sign in bare if unicodedata.category(sign) != "Mn")
    return " ".join(_NOT_WORD.sub(" ", unmarked).split())


def search_terms(query: str) -> list[str]:
    """What a found text must contain, folded: each word, and each "quoted phrase" as a whole."""
    asked = (fold(phrase or word) for phrase, word in _ASKED.findall(query))
    return list(dict.fromkeys(term for term in asked if term))


def clean(text: str, longest: int, *, lines: bool = False) -> str:
    """Text from outside, made harmless: NFC, no control or invisible signs, at most ``longest`` characters.

    :param lines: keep line breaks, as in a note that a person typed.
    """
    kept = "".join(_replace(sign, lines) for sign in unicodedata.normalize("NFC", text))
    if not lines:
        kept = " ".join(kept.split())
    return unicodedata.normalize("NFC", kept).strip()[:longest].rstrip()


def _replace(sign: str, lines: bool) -> str:
    if sign == "\n" and lines:
        return sign
    if sign in "\t\n\r\v\f":
        return "" if lines and sign == "\r" else " "
    return "" if unicodedata.category(sign) in _HARMFUL else sign

"""From a shown text to the words a voice may read: keys become words; figures, signs and abbreviations are refused."""

import re
import unicodedata

from ivr.speech import Language, digit_words
from ivr.words import tr

_DIGITS: dict[Language, tuple[str, ...]] = {"vi": digit_words("vi"), "en": digit_words("en")}
_KEY = re.compile(r"\b(phím|press) ([0-9])\b", re.IGNORECASE)
_KEY_WORD = re.compile(
    rf"\b(phím|press) ({'|'.join(word for words in _DIGITS.values() for word in words)})\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.;:?!]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ALLOWED_SIGNS = frozenset(" ,.;:?!'-")
_VOWELS = frozenset("aeiouy")


def speakable(text: str, language: Language) -> str:
    """The text with its keys in words: "phím 1" is read "phím một", "press 1" "press one"."""
    return _KEY.sub(lambda match: f"{match[1]} {_DIGITS[language][int(match[2])]}", text)


def faults(spoken: str) -> list[str]:
    """Why a voice would read this wrongly, in the language of the command line; empty when it would not."""
    found: list[str] = []
    if not spoken.strip():
        return [tr("không có lời", "is empty")]
    if not unicodedata.is_normalized("NFC", spoken):
        found.append(tr("không ở dạng NFC", "is not in NFC"))
    plain = unicodedata.normalize("NFC", spoken)
    if figures := re.findall(r"\d+", plain):
        found.append(
            tr(
                f"có chữ số {', '.join(figures)}: viết bằng lời trong say",
                f"has figures {', '.join(figures)}: spell them",
            )
        )
    if signs := sorted({sign for sign in plain if not (sign.isalnum() or sign in _ALLOWED_SIGNS)}):
        found.append(tr(f"có ký hiệu {' '.join(signs)}", f"has the signs {' '.join(signs)}"))
    if short := [word for word in _WORD.findall(plain) if _is_abbreviation(word)]:
        found.append(
            tr(
                f"có chữ viết tắt {', '.join(short)}: viết đủ trong say",
                f"has abbreviations {', '.join(short)}: spell them",
            )
        )
    return found


def keys_differ(text: str, spoken: str) -> bool:
    """Whether the keys a text shows are other than those that are spoken."""
    return _keys(text) != _keys(spoken)


def names_a_key(spoken: str) -> bool:
    """Whether what is read names a key."""
    return _KEY_WORD.search(spoken) is not None


def share_until_named(spoken: str, key: str) -> float | None:
    """The share of what is read, by letters, after which the sentence that names ``key`` is over.

    None where it is not named: only figures are.
    """
    words = {words[int(key)] for words in _DIGITS.values()} if key.isdigit() else set()
    named = next((match for match in _KEY_WORD.finditer(spoken) if match[2].lower() in words), None)
    if named is None:
        return None
    end = _SENTENCE_END.search(spoken, named.end())
    return (end.end() if end else len(spoken)) / len(spoken)


def _keys(text: str) -> list[int]:
    """The keys in their order, written as figures or as words of either language."""
    worded = list(_DIGITS.values())
    figures = _KEY_WORD.sub(
        lambda match: f"{match[1]} {next(w.index(match[2].lower()) for w in worded if match[2].lower() in w)}", text
    )
    return [int(match[2]) for match in _KEY.finditer(figures)]


def _is_abbreviation(word: str) -> bool:
    """Several capitals (UBND), or no vowel (TP, km)."""
    letters = unicodedata.normalize("NFD", word)
    capitals = sum(letter.isupper() for letter in letters)
    return capitals > 1 or not any(letter in _VOWELS for letter in letters.lower())

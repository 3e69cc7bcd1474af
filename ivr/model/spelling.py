"""One spelling of every Vietnamese syllable, so that the same words compare equal however they were typed.

Careful writers differ in the bytes (composed or decomposed marks) and in the vowel that carries the tone
(hoà/hòa, khoẻ/khỏe, thuỷ/thủy). Ours is NFC and the older placement (hòa, khỏe, thủy), which the starter model
writes too. Only for comparing: what people said or wrote is stored unchanged.
"""

import re
import unicodedata

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")  # huyền, sắc, ngã, hỏi, nặng as combining marks
_SYLLABLE = re.compile("(?P<initial>qu(?=[aăâeêioôơuưy])|gi(?=[aăâeêoôơuưy])|[b-df-hj-np-tv-xzđ]*)"
                       "(?P<vowels>[aăâeêioôơuưy]+)(?P<coda>[b-df-hj-np-tv-xz]*)")  # fmt: skip
_QUALITY = "ăâêôơư"


def canonical_syllable(syllable: str) -> str:
    """A lower-case syllable with its tone in the one place; what is no Vietnamese syllable stays, in NFC."""
    parts = unicodedata.normalize("NFD", syllable)
    tones = _TONES.findall(parts)
    body = _SYLLABLE.fullmatch(unicodedata.normalize("NFC", _TONES.sub("", parts)))
    if body is None or len(tones) != 1:
        return unicodedata.normalize("NFC", syllable)
    vowels = body["vowels"]
    at = _toned_vowel(vowels, closed=bool(body["coda"]))
    toned = f"{body['initial']}{vowels[: at + 1]}{tones[0]}{vowels[at + 1 :]}{body['coda']}"
    return unicodedata.normalize("NFC", toned)


def canonical(text: str) -> str:
    """The text for comparing: lower case, no punctuation, one spelling, words joined by single spaces."""
    plain = re.sub(r"[^\w\s]|_", " ", unicodedata.normalize("NFC", text).lower())
    return " ".join(canonical_syllable(word) for word in plain.split())


def _toned_vowel(vowels: str, *, closed: bool) -> int:
    """Which vowel carries the tone: one with a quality mark (the later of ươ), else by the syllable's shape."""
    marked = max(vowels.rfind(letter) for letter in _QUALITY)
    if marked >= 0:
        return marked
    if closed:
        return len(vowels) - 1
    return 1 if len(vowels) == 3 else 0

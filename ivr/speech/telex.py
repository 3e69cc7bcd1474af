"""Vietnamese words as plain-letter file names: Telex, the way they are typed (một → ``mootj``)."""

import unicodedata

_TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_SHAPES = {"\u0302": "", "\u0306": "w", "\u031b": "w"}
_CIRCUMFLEX = "\u0302"


def telex(word: str) -> str:
    """The word in Telex with its tone letter last; two different words never share one spelling."""
    letters: list[str] = []
    tone = ""
    for sign in unicodedata.normalize("NFD", word.lower()):
        if sign in _TONES:
            tone = _TONES[sign]
        elif sign == _CIRCUMFLEX:
            letters.append(letters[-1])
        elif sign in _SHAPES:
            letters.append(_SHAPES[sign])
        else:
            letters.append("dd" if sign == "đ" else sign)
    return "".join(letters) + tone

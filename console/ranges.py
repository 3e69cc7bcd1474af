"""Which part of a file is asked for (RFC 9110 §14), for players that ask in every way there is.

Werkzeug answers a range that it cannot read, or a last part longer than the file, with 416. Right is: what cannot be
read is ignored, the last part of a shorter file is all of it, and 416 is for what begins behind the end.
"""

import re

_SPECIFIER = re.compile(r"\s*bytes\s*=(.*)", re.IGNORECASE | re.DOTALL)
_ONE = re.compile(r"[ \t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t]*")
_MOST_DIGITS = 18
"""Of a place in a file; what is longer lies behind every end."""


def settle(asked: str | None, length: int) -> str | None:
    """The ``Range`` header for a file of ``length`` bytes as Werkzeug is to read it.

    :return: one range inside the file; one behind its end where nothing of what was asked for is in it; None where the
        header is to be ignored: there is none, it is malformed, or it asks for several parts, which we do not send.
    """
    found = _SPECIFIER.fullmatch(asked or "")
    parts = [_ONE.fullmatch(part) for part in found[1].split(",") if part.strip()] if found else []
    if not parts or not all(parts) or any(_is_reversed(part) for part in parts if part):
        return None
    inside = [place for part in parts if part and (place := _place(part, length)) is not None]
    match inside:
        case []:
            return f"bytes={length}-"
        case [(start, stop)]:
            return f"bytes={start}-{stop - 1}"
        case _:
            return None


def _is_reversed(part: re.Match[str]) -> bool:
    return bool(part[1] and part[2]) and _number(part[2]) < _number(part[1])


def _place(part: re.Match[str], length: int) -> tuple[int, int] | None:
    """First byte and the one after the last; None where nothing of it is in the file."""
    if part[3]:
        start, stop = max(0, length - _number(part[3])), length
    else:
        start, stop = _number(part[1]), min(length, _number(part[2]) + 1) if part[2] else length
    return (start, stop) if start < stop else None


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _MOST_DIGITS else 10**_MOST_DIGITS

"""Ticket codes: nine digits, ``YY`` + six-digit running number + a check digit (Damm), DOMAIN §4."""

import re

MOST = 999_999
"""Running numbers of one year: 1 to this."""

# H. M. Damm's totally anti-symmetric quasigroup of order 10: catches every wrong digit and every swap of neighbours.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def make_code(year: int, number: int) -> str:
    """The code of running number ``number`` (1 to :data:`MOST`) of civil year ``year`` (2026 or 26).

    >>> make_code(2026, 4217)
    '260042174'
    """
    if not 1 <= number <= MOST:
        raise ValueError(f"running number {number} is outside 1 to {MOST}")
    digits = f"{year % 100:02d}{number:06d}"
    return digits + _check_digit(digits)


def is_valid(code: str) -> bool:
    """Whether ``code`` is nine ASCII digits with the right check digit."""
    return re.fullmatch(r"[0-9]{9}", code) is not None and _check_digit(code) == "0"


def find_code(text: str) -> str | None:
    """The code somebody typed: ``260042174``, ``DN26-004217-4``, ``26 004217 4``; None where it is none."""
    found = re.fullmatch(r"\s*(?:[^\W\d_]{0,4})[\s-]*((?:[0-9][\s.-]*){9})", text)
    digits = re.sub(r"[^0-9]", "", found.group(1)) if found else ""
    return digits if is_valid(digits) else None


def display(prefix: str, code: str) -> str:
    """The code as people write it: ``DN26-004217-4``; ``prefix`` is the city's."""
    return f"{prefix}{code[:2]}-{code[2:8]}-{code[8:]}"


def _check_digit(digits: str) -> str:
    interim = "0"
    for digit in digits:
        interim = _DAMM[int(interim)][int(digit)]
    return interim

"""Ticket codes: nine digits, ``YY`` + six-digit running number + a check digit, DOMAIN §4.

The check digit is H. M. Damm's, with the table of his thesis: it catches every wrong digit and every swap of two
neighbours.
"""

import re

from stdnum import damm

MOST = 999_999
"""Running numbers of one year: 1 to this."""


def make_code(year: int, number: int) -> str:
    """The code of running number ``number`` (1 to :data:`MOST`) of civil year ``year`` (2026 or 26).

    >>> make_code(2026, 4217)
    '260042174'
    """
    if not 1 <= number <= MOST:
        raise ValueError(f"running number {number} is outside 1 to {MOST}")
    digits = f"{year % 100:02d}{number:06d}"
    return digits + damm.calc_check_digit(digits)


def is_valid(code: str) -> bool:
    """Whether ``code`` is nine ASCII digits with the right check digit."""
    return re.fullmatch(r"[0-9]{9}", code) is not None and damm.is_valid(code)


def find_code(text: str) -> str | None:
    """The code somebody typed: ``260042174``, ``DN26-004217-4``, ``26 004217 4``; None where it is none."""
    found = re.fullmatch(r"\s*(?:[^\W\d_]{0,4})[\s-]*((?:[0-9][\s.-]*){9})", text)
    digits = re.sub(r"[^0-9]", "", found.group(1)) if found else ""
    return digits if is_valid(digits) else None


def display(prefix: str, code: str) -> str:
    """The code as people write it: ``DN26-004217-4``; ``prefix`` is the city's."""
    return f"{prefix}{code[:2]}-{code[2:8]}-{code[8:]}"

"""Telephone numbers: one stored form, one shown form, one masked form; nothing is ever refused (DOMAIN §7)."""

import re
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers

_COUNTRY = "+84"
_SCHEME = re.compile(r"^(?:tel|sips?):", re.IGNORECASE)


def normalise(raw: str) -> str | None:
    """E.164 of ``0…``, ``84…``, ``+84…``, ``0084…``; a short number (an extension) stays as it is.

    Exchanges write one number in many ways: parameters behind ``;``, a percent-encoded ``+``, separators, the trunk's
    zero behind the country code (``+840905…``). None where there is no number: anonymous, empty, zeros alone, longer
    than a number can be. The raw value is kept by the caller.

    >>> normalise("0905 123 456"), normalise("anonymous"), normalise("101")
    ('+84905123456', None, '101')
    """
    user = re.split(r"[;@]", _SCHEME.sub("", unquote(raw.strip()), count=1))[0]
    text = re.sub(r"[\s().\-/]", "", user)
    digits = text.removeprefix("+")
    if not re.fullmatch(r"\+?[0-9]{2,20}", text, re.ASCII) or not digits.strip("0"):
        return None
    match text, digits:
        case _, _ if text.startswith("+"):
            number = text
        case _, _ if digits.startswith("00"):
            number = f"+{digits[2:]}"
        case _, _ if len(digits) <= 6:
            return digits
        case _, _ if digits.startswith("0"):
            number = _COUNTRY + digits[1:]
        case _, _ if digits.startswith("84") and len(digits) >= 10:
            number = f"+{digits}"
        case _:
            number = _COUNTRY + digits  # a trunk that drops the leading zero
    if number.startswith(f"{_COUNTRY}0"):
        number = _COUNTRY + number.removeprefix(_COUNTRY).lstrip("0")
    return number if 3 <= len(number) - 1 <= 15 else None


@lru_cache(maxsize=2048)  # a list shows the newest numbers again and again
def displayed(number: str) -> str:
    """The number as people here write it: ``0905 123 456``; foreign ones with their country code."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    style = phonenumbers.PhoneNumberFormat
    home = parsed.country_code == 84
    return phonenumbers.format_number(parsed, style.NATIONAL if home else style.INTERNATIONAL)


def masked(number: str) -> str:
    """The number for eyes that have no need of it: ``0905 ••• 456``; a short one shows its last digit alone."""
    digits = re.sub(r"[^0-9]", "", displayed(number))
    return f"{digits[:4]} ••• {digits[-3:]}" if len(digits) >= 9 else f"•••{digits[-1:]}"


def last_four(number: str | None) -> str | None:
    """The digits a caller proves a ticket with; None where the number has fewer than four."""
    digits = re.sub(r"[^0-9]", "", number or "")
    return digits[-4:] if len(digits) >= 4 else None

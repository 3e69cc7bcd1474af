"""Names of the telephones that operators have in their browsers: one for each person, ``PJSIP/tongdai-12``."""

import re

PREFIX = "PJSIP/tongdai-"
_NAME = re.compile(rf"{PREFIX}([1-9][0-9]{{0,9}})")


def browser_phone(person_id: int) -> str:
    """The interface of a person's telephone in the browser, as Asterisk dials it."""
    return f"{PREFIX}{person_id}"


def person_at(interface: str) -> int | None:
    """Whose telephone in the browser it is; None for any other telephone."""
    found = _NAME.fullmatch(interface)
    return int(found[1]) if found else None

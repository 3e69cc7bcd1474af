"""What ``tongdai prompts check`` looks at: the texts of every city, and how long a caller is kept from the menu."""

from collections.abc import Sequence

from ivr.prompts.catalogue import load_catalogue
from ivr.prompts.errors import PromptFaults
from ivr.prompts.items import all_items
from ivr.prompts.texts import LANGUAGES
from ivr.settings import Settings
from ivr.settings.files import find_cities
from ivr.words import tr

GREETING = ("chao", "khan", "ghi-am")
_NAMES = " + ".join(GREETING)
GREETING_LIMIT = 20.0
"""Seconds the greeting and the notice may take together (DOMAIN §3)."""


def check(settings: Settings) -> list[str]:
    """Every fault of the texts, and of the greeting's length where it is built; empty when all is well."""
    try:
        left_out = all_items(settings).left_out
    except PromptFaults as error:
        return [str(fault) for fault in error.faults]
    faults = [str(fault) for faults in left_out.values() for fault in faults]
    return faults or greeting_faults(settings, find_cities(settings.config))


def greeting_seconds(settings: Settings, cities: Sequence[str]) -> dict[tuple[str, str], float]:
    """How long greeting and notice take as built, by city and language; nothing for those that are not built."""
    return {
        (city, language): sum(catalogue.sound(prompt, language).seconds for prompt in GREETING)
        for city in cities
        for catalogue in [load_catalogue(settings, city)]
        for language in LANGUAGES
        if all(catalogue.has(prompt, language) and catalogue.is_built(prompt, language) for prompt in GREETING)
    }


def greeting_faults(settings: Settings, cities: Sequence[str]) -> list[str]:
    """Those of the cities whose greeting and notice, as built, keep a caller too long."""
    return [
        tr(
            f"{city} ({language}): {_NAMES} dài {seconds:.1f} giây, tối đa {GREETING_LIMIT:.0f}. Rút gọn lời.",
            f"{city} ({language}): {_NAMES} take {seconds:.1f} s, at most {GREETING_LIMIT:.0f}. Shorten them.",
        )
        for (city, language), seconds in greeting_seconds(settings, cities).items()
        if seconds > GREETING_LIMIT
    ]

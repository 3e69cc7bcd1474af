"""Which telephones on the line are people's who answer for the city: those that the menu may ring."""

from collections.abc import Iterator

from ivr.city.city import load_city
from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.settings.files import find_cities


def find_phones(settings: Settings) -> frozenset[str]:
    """Interfaces, ``PJSIP/op1``. Numbers behind a trunk have the trunk's and are known by being rung alone."""
    return frozenset(_interfaces(settings.operator_phone)) | {
        interface for line in _lines(settings) for interface in _interfaces(line)
    }


def _lines(settings: Settings) -> Iterator[str]:
    for city in find_cities(settings.config):
        try:
            yield from load_city(settings.config, city).lines.values()
        except TongdaiError:
            continue  # the menu does not start with it, and `tongdai flow check` says why


def _interfaces(dialled: str) -> Iterator[str]:
    """Of a dial string, ``PJSIP/op1&PJSIP/0905123456@trunk``."""
    for part in dialled.split("&"):
        if part and "@" not in part and not part.startswith("Local/"):
            yield part

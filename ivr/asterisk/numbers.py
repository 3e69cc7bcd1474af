"""Which number rings which city: ``numbers`` of every ``config/cities/*/city.toml``, for the dialplan.

The files are read here as they lie, because the dialplan must also come up where a city's menu is faulty. Another city
whose numbers cannot be read is left out: its calls are not answered, those of the instance's own city are.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import structlog

from ivr.errors import TongdaiError
from ivr.settings import Settings
from ivr.settings.files import find_cities, parse_toml
from ivr.words import tr

SHORT_CODE = "1022"
"""Dialled from anywhere in a city; it rings the instance's own city (``settings.city``)."""


_log = structlog.get_logger(__name__)


class NumbersFault(TongdaiError):
    """A city's numbers cannot go into the dialplan."""


@dataclass(frozen=True, kw_only=True)
class DialledNumber:
    """One entry of the dialplan: a number as a carrier may write it, and the id of the city whose menu answers."""

    number: str
    city: str


def cities_by_number(settings: Settings) -> dict[str, str]:
    """Number → city id. 1022 is the instance's own; a number two cities claim is a :class:`NumbersFault`."""
    claimed: dict[str, tuple[str, Path]] = {}
    for city in find_cities(settings.config):
        path = settings.config / "cities" / city / "city.toml"
        for number in _numbers_of(city, path, settings):
            if number == SHORT_CODE:
                continue
            other = claimed.setdefault(number, (city, path))
            if other[0] != city:
                raise NumbersFault(
                    tr(
                        f"{path}: numbers: {number} đã thuộc {other[1]}. Xóa số này ở một trong hai tệp.",
                        f"{path}: numbers: {number} belongs to {other[1]} already. Delete it from one of the two.",
                    )
                )
    return {SHORT_CODE: settings.city, **{number: city for number, (city, _) in claimed.items()}}


def dialled_forms(number: str) -> list[str]:
    """How carriers write a national number: with and without country code, trunk zero and international prefix.

    A short code is dialled as it is, or behind an area code, which is a number of its own in ``numbers``.
    """
    if not number.startswith("0"):
        return [number]
    rest = number[1:]
    return [number, rest, *(f"{code}{zero}{rest}" for code in ("84", "+84", "0084") for zero in ("", "0"))]


def dialled_numbers(settings: Settings) -> list[DialledNumber]:
    """Every written form of every number, in the order of the dialplan's entries."""
    return [
        DialledNumber(number=form, city=city)
        for number, city in cities_by_number(settings).items()
        for form in dialled_forms(number)
    ]


def _numbers_of(city: str, path: Path, settings: Settings) -> list[str]:
    """The numbers of a city; none of another city than the instance's own where its file is faulty."""
    try:
        return _numbers(path) if path.exists() else []
    except NumbersFault as error:
        if city == settings.city:
            raise
        _log.error("city.numbers_broken", city=city, error=str(error))
        return []


def _numbers(path: Path) -> list[str]:
    try:
        numbers = parse_toml(path.read_bytes()).get("numbers", [])
    except ValueError as error:
        raise NumbersFault(f"{path}: {error}") from error
    if not isinstance(numbers, list) or not all(
        isinstance(number, str) and re.fullmatch(r"\d{3,15}", number) for number in numbers
    ):
        raise NumbersFault(
            tr(
                f'{path}: numbers phải là danh sách chuỗi chữ số, ví dụ ["02361022"].',
                f'{path}: numbers must be a list of strings of digits, such as ["02361022"].',
            )
        )
    return numbers

"""Names of categories and agencies, texts of prompts: city data as the console shows it, never a machine's code."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path

import structlog

from ivr.city.city import City, load_city
from ivr.city.current import WhileUnchanged
from ivr.city.flow.switches import find_switches
from ivr.city.hours import NoWorkingTimeError
from ivr.city.prompt_texts import read_prompt_texts
from ivr.city.values import Text
from ivr.errors import TongdaiError
from ivr.model.code import display

LOOK_EVERY = 1.0
"""Seconds between two looks at a city's files: a list asks for the same words once a row."""

log = structlog.get_logger(__name__)


class CityWords:
    """One city's words; a city whose files are faulty still shows its tickets, with less beside them."""

    def __init__(self, config: Path, city_id: str) -> None:
        self._config = config
        self.id = city_id

    @cached_property
    def city(self) -> City | None:
        """The city, or None where its folder is missing or faulty (``tongdai flow check`` shows why)."""
        try:
            return load_city(self._config, self.id)
        except TongdaiError as error:
            log.warning("city.unreadable", city=self.id, error=str(error))
            return None

    @cached_property
    def prompts(self) -> Mapping[str, Text]:
        """Shown texts of prompts by id."""
        try:
            return read_prompt_texts(self._config, self.id, [])
        except TongdaiError as error:
            log.warning("prompts.unreadable", city=self.id, error=str(error))
            return {}

    @cached_property
    def switches(self) -> list[str]:
        """Names of the switches that change this city's menu."""
        return find_switches(self._config, self.id)

    def code(self, code: str) -> str:
        """A ticket's code as people write it: ``DN26-004217-4``."""
        return display(self.city.prefix if self.city else "", code)

    def category(self, category: str, language: str) -> str:
        """A category's name; its id where the city has none of that id any more."""
        found = self.city.find_category(category) if self.city else None
        return found.name.of(language) if found else category

    def agency(self, agency: str, language: str) -> str:
        """An agency's name; its id where the city has none of that id any more."""
        found = self.city.find_agency(agency) if self.city else None
        return found.name.of(language) if found else agency

    def proposed_agency(self, category: str | None) -> str | None:
        """Id of the agency that matters of this category usually go to; None where the city names none."""
        found = self.city.find_category(category) if self.city else None
        return found.agency if found else None

    def prompt(self, prompt: str, language: str) -> str | None:
        """What a prompt says; None for single words, which only make sense together."""
        found = self.prompts.get(prompt)
        return (found.of(language) or None) if found else None

    def due(self, category: str | None, *, urgent: bool, spoken_at: datetime) -> datetime | None:
        """When a matter of this category is to be answered, by the city's rules; None where there is no rule."""
        try:
            return self.city.find_due(category, urgent=urgent, at=spoken_at) if self.city else None
        except NoWorkingTimeError:
            return None

    def name(self, language: str) -> str:
        """The city's name."""
        return self.city.name.of(language) if self.city else self.id

    def categories(self, language: str) -> list[tuple[str, str]]:
        """All categories as ``(id, name)`` in the order of the file."""
        return [(found.id, found.name.of(language)) for found in self.city.categories.values()] if self.city else []

    def agencies(self, language: str) -> list[tuple[str, str]]:
        """All agencies as ``(id, name)``."""
        return [(found.id, found.name.of(language)) for found in self.city.agencies.values()] if self.city else []


class Cities:
    """All cities' words, each read at first use and again when its files have changed (:mod:`ivr.city.current`)."""

    def __init__(self, config: Path) -> None:
        self._words = WhileUnchanged(config, lambda city_id: CityWords(config, city_id), every=LOOK_EVERY)

    def get(self, city_id: str) -> CityWords:
        """The words of one city; an unknown one has none."""
        return self._words.get(city_id)

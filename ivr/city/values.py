"""What a city's files give beside its menu: categories, agencies, look-ups, announcements, all frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ivr.settings.shape import Filled


@dataclass(frozen=True, kw_only=True)
class Text:
    """One text in both languages, as it is shown."""

    vi: Filled
    en: Filled

    def of(self, language: str) -> str:
        """The text in ``vi`` or ``en``."""
        return self.en if language == "en" else self.vi


@dataclass(frozen=True, kw_only=True)
class Category:
    """What a matter is about. Hours are working hours until an answer is due; None where no rule is known."""

    id: str
    name: Text
    root: str
    """Id of the root category; its own id for a root."""
    hours: float | None
    urgent_hours: float | None
    decision: str
    """Number of the decision the hours come from."""
    decided: date | None
    agency: str | None = None
    """Id of the agency such matters go to unless a person decides otherwise."""


@dataclass(frozen=True, kw_only=True)
class Agency:
    """A body that handles matters."""

    id: str
    name: Text
    group: str

    @property
    def sound(self) -> str:
        """Id of the built sound of its name."""
        return f"co-quan.{self.id}"


@dataclass(frozen=True, kw_only=True)
class LookupSource:
    """A small data file spoken by keys."""

    id: str
    title: Text
    as_of: date
    source: str
    prompt: str
    """Id of the prompt that asks for the key."""
    digits: int
    """Most digits a key has."""
    entries: Mapping[str, Text]

    def sound(self, key: str) -> str:
        """Id of the built sound of an entry."""
        return f"lookup.{self.id}.{key}"


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """A sentence in force from ``start`` through ``until``, both days included."""

    id: str
    topic: str
    start: date
    until: date
    text: Text

    @property
    def sound(self) -> str:
        """Id of its built sound."""
        return f"thong-bao.{self.id}"

"""The shape of what is spoken: prompts, and the parts of a city's data files that prompts are built from."""

from typing import Any

from pydantic import ConfigDict, model_validator

from ivr.settings.shape import CONFIG, Shape, Wrong
from ivr.speech import Language
from ivr.words import tr


class Spoken(Shape):
    """A text in one language: a string, or ``{ text = …, say = …, voice = … }``."""

    text: str = ""
    say: str | None = None
    """What is read where it is not what is shown."""
    voice: Language | None = None
    """Whose voice reads it; None is the voice of the text's own language."""

    @model_validator(mode="before")
    @classmethod
    def _string(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"text": given}
        if isinstance(given, dict):
            return given
        raise Wrong(tr("phải là { text = …, say = … }", "must be { text = …, say = … }"))


class _Part(Shape):
    """A table of a city's data of which only what is spoken is looked at; the rest is :mod:`ivr.city`'s to check."""

    model_config = CONFIG | ConfigDict(extra="ignore")


class LookupEntry(_Part):
    """An entry of ``lookups/<source>.toml``."""

    key: str
    vi: Spoken
    en: Spoken


class LookupEntries(_Part):
    """``lookups/<source>.toml``."""

    entries: tuple[LookupEntry, ...] = ()


class SpokenAnnouncement(_Part):
    """One of ``[[announcements]]``."""

    id: str
    vi: Spoken
    en: Spoken


class SpokenAnnouncements(_Part):
    """``announcements.toml``."""

    announcements: tuple[SpokenAnnouncement, ...] = ()


class SpokenName(_Part):
    """An agency's name, and how it is read where that differs."""

    vi: str
    en: str
    say: str | None = None
    say_en: str | None = None


class SpokenAgency(_Part):
    """One of ``[[agencies]]``."""

    id: str
    name: SpokenName


class SpokenAgencies(_Part):
    """``agencies.toml``."""

    agencies: tuple[SpokenAgency, ...] = ()

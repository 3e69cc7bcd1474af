"""What a city's files give beside its menu: categories, agencies, look-ups, announcements, all frozen.

The files' tables are held against these classes as they stand (:mod:`ivr.city.shape`): a field is a setting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from ivr.callcentre.queues import Strategy
from ivr.city.fields import AgencyId, Decision, Id, RootId
from ivr.prompts.shape import Spoken
from ivr.settings.shape import Day, Filled, Number, Whole, Wrong
from ivr.words import tr

Allowed = Annotated[Number, Field(ge=0.5)]
"""Working hours until an answer is due."""


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

    id: Id
    name: Text
    root: RootId = ""
    """Id of the root category; its own id for a root."""
    hours: Allowed | None = None
    urgent_hours: Allowed | None = None
    decision: Annotated[Decision, Field(validate_default=True)] = ""
    """Number of the decision the hours come from."""
    decided: Day | None = None
    agency: AgencyId | None = None
    """Id of the agency such matters go to unless a person decides otherwise."""

    def __post_init__(self) -> None:
        if not self.root:
            object.__setattr__(self, "root", self.id)


@dataclass(frozen=True, kw_only=True)
class QueueRules:
    """How the callers of a line wait; a table of ``[queues]``."""

    strategy: Strategy = Strategy.RING_ALL
    most_waiting: Annotated[Whole, Field(ge=1)] | None = None
    """Callers at which the line is full; None for no limit."""
    name: Text | None = None
    """What colleagues call the queue; None for the name of the category that the line is named after."""


@dataclass(frozen=True, kw_only=True)
class AgencyName(Text):
    """An agency's name, and how it is read aloud where that differs."""

    say: Filled | None = None
    say_en: Filled | None = None


@dataclass(frozen=True, kw_only=True)
class Agency:
    """A body that handles matters."""

    id: Id
    name: AgencyName
    group: Filled

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


class Said(Spoken):
    """A text that is shown and spoken."""

    text: Filled


def _in_order(until: date, info: ValidationInfo) -> date:
    if "start" in info.data and until < info.data["start"]:
        raise Wrong(tr("trước ngày bắt đầu", "is before from"))
    return until


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """A sentence in force from ``start`` (in the file: ``from``) through ``until``, both days included."""

    id: Id
    topic: Filled
    start: Annotated[Day, Field(alias="from")]
    until: Annotated[Day, AfterValidator(_in_order)]
    vi: Said
    en: Said

    @property
    def text(self) -> Text:
        """What is shown."""
        return Text(vi=self.vi.text, en=self.en.text)

    @property
    def sound(self) -> str:
        """Id of its built sound."""
        return f"thong-bao.{self.id}"

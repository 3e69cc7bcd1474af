"""A call as its journal records it: the facts it began with, the nodes it visited, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ivr.model.calls import EndReason
from ivr.model.report import CallFacts
from ivr.model.tickets import Consent


@dataclass(frozen=True, kw_only=True)
class Step:
    """One visit of one node; digits of phones and PINs are ``•``."""

    node: str
    type: str
    at: datetime
    prompts: tuple[str, ...] = ()
    """Ids of what was played, in order."""
    heard: tuple[float, ...] = ()
    """Seconds of each of them that were heard; empty where an earlier version did not measure them."""
    keys: str = ""
    note: str = ""

    def says(self, remark: str) -> bool:
        """Whether the remark is one of its note."""
        return remark in self.note.split("; ")


@dataclass(frozen=True, kw_only=True)
class Left:
    """A call that waits in a queue or talks with a person, without us: what the session that goes on needs of it."""

    node: str
    """The node that led it there."""
    category: str | None = None
    kind: str | None = None
    confidential: bool | None = None
    urgent: bool | None = None
    """What the caller's keys settled about the next report."""
    reports: int = 0
    """Reports of this call that left something behind."""
    keys: str = ""
    """All keys so far, as a report keeps them."""
    consent: Consent = Consent.NONE
    consent_key: str | None = None
    consent_at: datetime | None = None
    """The answer about recording that holds for the rest of the call: by which key it was given, and when."""
    notices: tuple[str, ...] = ()
    """Languages in which the caller has heard to its end that calls are recorded."""


@dataclass(frozen=True, kw_only=True)
class CallJournal:
    """One call as its journal records it; ``end_reason`` None: it goes on, or its process died."""

    facts: CallFacts
    language: str = "vi"
    """What the caller hears now."""
    notice_heard: Mapping[str, float] = field(default_factory=dict)
    """Seconds of the notice about recording that were heard, by language."""
    consent: Consent | None = None
    """The answer about recording; None where nothing asked for it."""
    steps: tuple[Step, ...] = ()
    left: Left | None = None
    """None: the menu has the call, or it is over."""
    ended_at: datetime | None = None
    end_reason: EndReason | None = None

    @property
    def ulid(self) -> str:
        """The call's."""
        return self.facts.ulid

    @property
    def notice_seconds(self) -> float | None:
        """Seconds of the notice in the language of the call; None where it was not played."""
        return self.notice_heard.get(self.language)

    @property
    def last_at(self) -> datetime:
        """The last moment the journal knows of."""
        return self.ended_at or (self.steps[-1].at if self.steps else self.facts.started_at)

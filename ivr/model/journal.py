"""A call as its journal records it: the facts it began with, the nodes it visited, and how it ended."""

from dataclasses import dataclass
from datetime import datetime

from ivr.model.calls import EndReason
from ivr.model.report import CallFacts


@dataclass(frozen=True, kw_only=True)
class Step:
    """One visit of one node; prompts are the ids really heard, digits of phones and PINs are ``•``."""

    node: str
    type: str
    at: datetime
    prompts: tuple[str, ...] = ()
    keys: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CallJournal:
    """One call as its journal records it; ``end_reason`` None: it goes on, or its process died."""

    facts: CallFacts
    language: str = "vi"
    """What the caller hears now."""
    steps: tuple[Step, ...] = ()
    ended_at: datetime | None = None
    end_reason: EndReason | None = None

    @property
    def ulid(self) -> str:
        """The call's."""
        return self.facts.ulid

    @property
    def last_at(self) -> datetime:
        """The last moment the journal knows of."""
        return self.ended_at or (self.steps[-1].at if self.steps else self.facts.started_at)

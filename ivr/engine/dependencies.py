"""What the engine needs from other packages during a call, each part replaceable in a test."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ivr.callcentre.promises import Standing
from ivr.engine.ids import Ids
from ivr.engine.unwritten import Unwritten
from ivr.model.report import CallFacts
from ivr.model.tickets import State
from ivr.spool import CallJournal, Spool


class Codes(Protocol):
    """Where a ticket code comes from: :class:`ivr.spool.codebook.CodeBook`."""

    def take(self, now: datetime) -> str | None:
        """A code given only once, durable as used; None without a block."""
        ...


class ReportSink(Protocol):
    """Who files what the call leaves in the spool, in the background; never blocks, never raises."""

    def call_started(self, journal: CallJournal) -> None:
        """A call began."""
        ...

    def call_waits(self, ulid: str) -> None:
        """The caller waits for a person: what was pressed so far stands in the call's journal."""
        ...

    def report(self, ulid: str) -> None:
        """A sidecar says ``to_file``, or a newer version of it was saved."""
        ...

    def remember(self, journal: CallJournal) -> None:
        """A call is over and the disk did not take its end."""
        ...

    def call_ended(self, ulid: str) -> None:
        """The call's journal has its end line."""
        ...


@dataclass(frozen=True, kw_only=True)
class Found:
    """A ticket's state as it is spoken to its citizen."""

    state: State
    agency: str | None
    due_at: datetime | None
    overdue: bool
    refusal: str | None


@dataclass(frozen=True, kw_only=True)
class NotFound:
    """Code and digits do not belong together."""


@dataclass(frozen=True, kw_only=True)
class TooMany:
    """Too many wrong tries from this number or for this code."""


@dataclass(frozen=True, kw_only=True)
class CannotLook:
    """The database is away or too slow."""


Answer = Found | NotFound | TooMany | CannotLook

FindStatus = Callable[[str, str, str, datetime], Answer]
"""(code, last four digits or PIN, who asks, now) → what is spoken; answers within a few seconds."""

FindStanding = Callable[[CallFacts, str, datetime], Standing]
"""(the call, queue, now) → what earlier calls say; answers within a few seconds, at worst nothing."""


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """Everything outside the engine that a call uses."""

    spool: Spool
    codes: Codes
    filer: ReportSink
    find_status: FindStatus
    new_ulid: Callable[[datetime], str] = field(default_factory=lambda: Ids().new)
    """The next id of this server for a moment."""
    unwritten: Unwritten = field(default_factory=Unwritten)
    find_standing: FindStanding = lambda call, queue, now: Standing()
    """Without it callers wait as they come, and no wait is foretold."""
    pin_mac: Callable[[str, str], str]
    """(ULID of the report, PIN) → its MAC under the instance's key."""


class NullSink:
    """A :class:`ReportSink` that files nothing: for rehearsals and for walks through a menu."""

    def call_started(self, journal: CallJournal) -> None:
        """Nothing."""

    def call_waits(self, ulid: str) -> None:
        """Nothing."""

    def report(self, ulid: str) -> None:
        """Nothing."""

    def remember(self, journal: CallJournal) -> None:
        """Nothing."""

    def call_ended(self, ulid: str) -> None:
        """Nothing."""

"""What the lists of the desk can be asked for: which rows, and in which order."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ivr.model import EndReason, Kind, State


class Order(StrEnum):
    """In which order rows are listed."""

    NEWEST = "new"
    OLDEST = "old"
    URGENT = "urgent"  # tickets: urgent ones first, then the newest
    WORST = "worst"  # tickets: the one that is overdue by most, then the one that is due next


@dataclass(frozen=True, kw_only=True)
class TicketFilter:
    """Which tickets; everything left out filters nothing. ``since`` ≤ time spoken < ``until``."""

    query: str = ""
    """Codes, parts of telephone numbers, words and "phrases" in any spelling (:mod:`ivr.services.search_query`)."""
    states: frozenset[State] = field(default_factory=frozenset)
    is_open: bool | None = None
    city: str = ""
    category: str = ""
    agency: str = ""
    kind: Kind | None = None
    urgent: bool | None = None
    assignee_id: int | None = None
    is_held: bool | None = None
    """Whether somebody holds it."""
    flag: str = ""
    """A mark that it bears; ``any``: one at least."""
    least_seconds: float | None = None
    """Of its recording; a ticket without one is left out by either bound."""
    most_seconds: float | None = None
    overdue_at: datetime | None = None
    """Tickets that are overdue at this moment (:func:`ivr.model.clock.is_overdue`)."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CallFilter:
    """Which calls; everything left out filters nothing. ``since`` ≤ start < ``until``."""

    query: str = ""
    """Part of a telephone number, or code or words of a ticket of the call."""
    city: str = ""
    end_reason: EndReason | None = None
    with_ticket: bool | None = None
    since: datetime | None = None
    until: datetime | None = None

"""How a ticket looks in lists: state badge, ageing of rows, due time; a colour always comes with an icon and a word."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from console.gettext import gettext as _
from console.times import distance
from ivr.model import EventKind, State, Ticket, clock
from ivr.services.list_rows import TicketLine


@dataclass(frozen=True, kw_only=True)
class Look:
    """A badge: ``tone`` is one of the classes ``state-*``, ``icon`` a name in ``web/icons.txt``."""

    tone: str
    icon: str


@dataclass(frozen=True, kw_only=True)
class Due:
    """Where a ticket stands against its due time."""

    tone: str
    icon: str
    text: str


STATES: dict[State, Look] = {
    State.MOI: Look(tone="new", icon="inbox"),
    State.DA_TIEP_NHAN: Look(tone="work", icon="person-check"),
    State.CHO_BO_SUNG: Look(tone="wait", icon="hourglass-split"),
    State.DA_CHUYEN: Look(tone="work", icon="send"),
    State.DANG_XU_LY: Look(tone="work", icon="arrow-repeat"),
    State.CHUYEN_TRA: Look(tone="soon", icon="arrow-return-left"),
    State.DA_XU_LY: Look(tone="work", icon="check-lg"),
    State.DA_TRA_LOI: Look(tone="done", icon="check-circle"),
    State.CONG_KHAI: Look(tone="done", icon="megaphone"),
    State.TU_CHOI: Look(tone="wait", icon="x-circle"),
    State.TRUNG: Look(tone="wait", icon="files"),
    State.MO_LAI: Look(tone="soon", icon="arrow-counterclockwise"),
}

EVENT_ICONS: dict[EventKind, str] = {
    EventKind.FILED: "telephone-inbound",
    EventKind.UPDATED: "pencil",
    EventKind.MOVED: "arrow-right",
    EventKind.NOTE: "chat-left-text",
    EventKind.TRANSCRIBED: "soundwave",
    EventKind.NOT_TRANSCRIBED: "exclamation-triangle",
    EventKind.CORRECTED: "pencil",
    EventKind.CODED: "hash",
    EventKind.CHANGED: "tag",
}

_AGES = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
"""A new ticket without an assignee darkens after these."""
_SOON = timedelta(hours=4)


def look(state: State) -> Look:
    """The badge of a state."""
    return STATES[State(state)]


def age(ticket: Ticket | TicketLine, now: datetime) -> int:
    """0 to 3: how long a ticket has waited for somebody to look at it."""
    if State(ticket.state) not in {State.MOI, State.MO_LAI}:
        return 0
    return sum(now - ticket.created_at >= step for step in _AGES)


def find_due(ticket: Ticket | TicketLine, now: datetime) -> Due | None:
    """How long until the due time, or how late; None where there is none, or the clock stands and it is not overdue."""
    left = clock.time_left(ticket, now)
    if left is None:
        return None
    if clock.is_overdue(ticket, now):
        return Due(tone="late", icon="exclamation-circle", text=_("Quá hạn %(length)s", length=distance(-left)))
    if not clock.is_running(ticket.state):
        return None
    if left >= _SOON:
        return Due(tone="", icon="clock", text=_("còn %(length)s", length=distance(left)))
    return Due(tone="soon", icon="clock", text=_("Còn %(length)s", length=distance(left)))

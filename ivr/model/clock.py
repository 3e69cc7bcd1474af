"""Whether a ticket's clock runs, and whether it is overdue: asked by lists, pages, the web look-up, the phone, figures.

The clock runs from the report on. It is paused while the citizen is awaited (nothing is overdue meanwhile), and it
stops when the matter is done or closed: lateness is judged at that moment and does not change afterwards. Reopened, it
runs on towards the same due time.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlalchemy import ColumnElement, and_, or_

from ivr.model.tickets import CLOSED, State, Ticket


class Clock(StrEnum):
    """What the clock of a state does."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


OPEN = frozenset(State) - CLOSED
PAUSED = frozenset({State.CHO_BO_SUNG})
STOPPED = CLOSED | {State.DA_XU_LY}
RUNNING = frozenset(State) - PAUSED - STOPPED


class Dated(Protocol):
    """What the clock is read from: a ticket, or a line of a list."""

    @property
    def state(self) -> State:
        """The ticket's state."""
        ...

    @property
    def due_at(self) -> datetime | None:
        """When it is to be answered; None where the city has no rule."""
        ...

    @property
    def resolved_at(self) -> datetime | None:
        """When the clock stopped; None while it runs or is paused."""
        ...


def clock_of(state: State) -> Clock:
    """What the clock does in ``state``."""
    if state in PAUSED:
        return Clock.PAUSED
    return Clock.STOPPED if state in STOPPED else Clock.RUNNING


def is_running(state: State) -> bool:
    """Whether time counts against the due time in ``state``: only then a due time is named as one to come."""
    return state in RUNNING


def time_left(ticket: Dated, now: datetime) -> timedelta | None:
    """How long until the due time, negative when late: now while the clock runs, else at the moment it stopped.

    None where there is no due time, while the clock is paused, and where the moment it stopped is not known.
    """
    judged_at = now if is_running(ticket.state) else ticket.resolved_at
    if ticket.due_at is None or judged_at is None or ticket.state in PAUSED:
        return None
    return ticket.due_at - judged_at


def is_late(ticket: Dated, now: datetime) -> bool:
    """Whether it was not answered in time, also of a ticket that is closed: what a report on punctuality counts."""
    left = time_left(ticket, now)
    return left is not None and left < timedelta(0)


def is_overdue(ticket: Dated, now: datetime) -> bool:
    """Whether pages and the phone say "Quá hạn": it is late, and somebody still has to do something about it."""
    return ticket.state not in CLOSED and is_late(ticket, now)


def overdue_at(now: datetime) -> ColumnElement[bool]:
    """:func:`is_overdue` for rows. It names the states, because an index is walked for IN and not for NOT IN."""
    judged = sorted((OPEN - PAUSED) & STOPPED)
    return and_(
        Ticket.state.in_(sorted(OPEN - PAUSED)),
        Ticket.due_at < now,
        or_(Ticket.state.not_in(judged), Ticket.due_at < Ticket.resolved_at),
    )

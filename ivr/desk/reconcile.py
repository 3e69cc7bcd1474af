"""Whether the rows add up: every call ended in one way, every recording in one ticket, every work item settled.

What lies on disk (spool, recordings) is compared by the caller, who may open files.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ivr.model import Call, Recording, Ticket, WorkItem, WorkState

LONGEST_CALL = timedelta(hours=2)
"""A call without an end that began longer ago is one that nobody closed."""


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """What does not add up, as ids; all empty when nothing is lost."""

    calls_without_end: tuple[str, ...]
    recordings_without_ticket: tuple[str, ...]
    tickets_without_call: tuple[str, ...]
    tickets_without_code: tuple[str, ...]
    recordings_without_work: tuple[str, ...]
    """Neither transcribed nor to be."""
    work_unsettled: tuple[str, ...]
    """Waiting or claimed: normal while workers run."""
    work_parked: tuple[str, ...]
    """Given up after three tries; the reason is in the row."""

    @property
    def is_whole(self) -> bool:
        """Whether everything adds up; what is parked was settled, with its reason."""
        return not any(getattr(self, one.name) for one in fields(self) if one.name != "work_parked")


def reconcile(session: Session, now: datetime) -> Reconciliation:
    """Compare calls, recordings, tickets and work items, one query each."""
    work_of_recording = select(WorkItem.id).where(WorkItem.subject == Recording.id).exists()
    ticket_of_recording = select(Ticket.id).where(Ticket.ulid == Recording.call_id).exists()
    call_of_ticket = select(Call.id).where(Call.id == Ticket.ulid).exists()
    unsettled = WorkItem.state.in_((WorkState.WAITING, WorkState.CLAIMED))

    def ids(query: Select[Any]) -> tuple[str, ...]:
        return tuple(session.scalars(query))

    return Reconciliation(
        calls_without_end=ids(select(Call.id).where(Call.ended_at.is_(None), Call.started_at < now - LONGEST_CALL)),
        recordings_without_ticket=ids(select(Recording.id).where(~ticket_of_recording)),
        tickets_without_call=ids(select(Ticket.ulid).where(Ticket.channel == "phone", ~call_of_ticket)),
        tickets_without_code=ids(select(Ticket.ulid).where(Ticket.code.is_(None))),
        recordings_without_work=ids(select(Recording.id).where(~work_of_recording, Recording.erased_at.is_(None))),
        work_unsettled=ids(select(WorkItem.subject).where(unsettled)),
        work_parked=ids(select(WorkItem.subject).where(WorkItem.state == WorkState.PARKED)),
    )

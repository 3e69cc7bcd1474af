"""What a call, recording, ticket, person and work item are: pure data and rules."""

from ivr.model.base import Base, Instant
from ivr.model.calls import Call, CallStep, EndReason
from ivr.model.moves import MOVES
from ivr.model.people import OFFERED_ROLES, Attempt, Person, Role, SignIn
from ivr.model.recordings import Play, Recording, RecordingFlag, Transcript
from ivr.model.tickets import (
    CLOSED,
    Consent,
    ContactKind,
    EventKind,
    Kind,
    Refusal,
    State,
    Ticket,
    TicketEvent,
)
from ivr.model.work import CodeCounter, Outbox, WorkItem, WorkState

__all__ = [
    "CLOSED",
    "MOVES",
    "OFFERED_ROLES",
    "Attempt",
    "Base",
    "Call",
    "CallStep",
    "CodeCounter",
    "Consent",
    "ContactKind",
    "EndReason",
    "EventKind",
    "Instant",
    "Kind",
    "Outbox",
    "Person",
    "Play",
    "Recording",
    "RecordingFlag",
    "Refusal",
    "Role",
    "SignIn",
    "State",
    "Ticket",
    "TicketEvent",
    "Transcript",
    "WorkItem",
    "WorkState",
]

"""What a call, recording, ticket, person and work item are: pure data and rules."""

from ivr.model.base import Base, Instant
from ivr.model.call_backs import CallBack, CallBackOrigin, CallBackTry, CallOutcome
from ivr.model.calls import Call, CallStep, EndReason
from ivr.model.line_calls import LineCall, LineSegment, QueueVisit
from ivr.model.moves import MOVES
from ivr.model.operators import OperatorAct, OperatorRow, OperatorSpan, Wanted
from ivr.model.people import OFFERED_ROLES, Attempt, Person, Role, SignIn
from ivr.model.recordings import Play, Recording, RecordingFlag, ReportPart, Reveal, Transcript
from ivr.model.report import CallFacts, Part, PartKind, PartState, Report
from ivr.model.tickets import (
    CLOSED,
    Channel,
    Consent,
    ContactKind,
    EventKind,
    Kind,
    Refusal,
    State,
    Ticket,
    TicketEvent,
)
from ivr.model.work import CodeCounter, Outbox, ScheduleMark, WorkItem, WorkState

__all__ = [
    "CLOSED",
    "MOVES",
    "OFFERED_ROLES",
    "Attempt",
    "Base",
    "Call",
    "CallBack",
    "CallBackOrigin",
    "CallBackTry",
    "CallFacts",
    "CallOutcome",
    "CallStep",
    "Channel",
    "CodeCounter",
    "Consent",
    "ContactKind",
    "EndReason",
    "EventKind",
    "Instant",
    "Kind",
    "LineCall",
    "LineSegment",
    "OperatorAct",
    "OperatorRow",
    "OperatorSpan",
    "Outbox",
    "Part",
    "PartKind",
    "PartState",
    "Person",
    "Play",
    "QueueVisit",
    "Recording",
    "RecordingFlag",
    "Refusal",
    "Report",
    "ReportPart",
    "Reveal",
    "Role",
    "ScheduleMark",
    "SignIn",
    "State",
    "Ticket",
    "TicketEvent",
    "Transcript",
    "Wanted",
    "WorkItem",
    "WorkState",
]

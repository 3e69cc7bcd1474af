"""What each role may do, and to which tickets: one table, asked by services and pages.

A permission says what a person may do at all, the scope on which tickets; what is confidential is narrower still
(``services.rights``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivr.model.people import Role


class Permission(StrEnum):
    """One thing that may be done."""

    OWN_ACCOUNT = "own_account"  # change one's own password
    SEE_TICKETS = "see_tickets"
    SEE_CALLS = "see_calls"  # who called, what they heard and pressed
    CALL_BACK = "call_back"  # call citizens whom the desk owes a call; the number of whom one is calling is shown
    ANSWER = "answer"  # work at a telephone of the desk
    STEER = "steer"  # pause other operators, make them ready, end their work
    SEE_NUMBERS = "see_numbers"  # whole telephone numbers also of tickets of others, for a reason
    SEE_CONFIDENTIAL = "see_confidential"  # confidential tickets also of others
    SEE_LISTENERS = "see_listeners"  # who heard a recording, when and why
    LISTEN = "listen"
    DOWNLOAD = "download"
    TAKE = "take"  # take a ticket that is free, give back one's own
    ASSIGN = "assign"  # give tickets to others, take those of others
    MOVE = "move"  # another state, by the table of moves
    WORK_FOR_OTHERS = "work_for_others"  # move, close, change or correct a ticket that somebody else works on
    PUBLISH = "publish"  # publish an answer, where the citizen agreed to it
    NOTE = "note"
    CHANGE = "change"  # category, kind, urgency, agency, due time
    CORRECT = "correct"  # the text of a recording
    SET_CONFIDENTIAL = "set_confidential"
    MANAGE_PEOPLE = "manage_people"  # accounts, roles, passwords
    SEE_HEALTH = "see_health"  # version, model, disk, queues, database, Asterisk
    MANAGE_JOBS = "manage_jobs"  # work in the background: see what waits, try parked work again


class Scope(StrEnum):
    """Which tickets, and with them which calls and recordings, a person sees and may act on."""

    ALL = "all"
    TEAM = "team"  # held by somebody of the same team, or by none yet
    AGENCY = "agency"  # assigned to the agency the person works at
    OWN = "own"  # held by the person


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a role gives."""

    permissions: frozenset[Permission]
    scope: Scope


_OPERATOR = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.SEE_TICKETS,
        Permission.SEE_CALLS,
        Permission.CALL_BACK,
        Permission.ANSWER,
        Permission.LISTEN,
        Permission.TAKE,
        Permission.MOVE,
        Permission.NOTE,
        Permission.CHANGE,
        Permission.CORRECT,
    }
)
_SUPERVISOR = _OPERATOR | {
    Permission.STEER,
    Permission.SEE_NUMBERS,
    Permission.SEE_CONFIDENTIAL,
    Permission.SEE_LISTENERS,
    Permission.DOWNLOAD,
    Permission.ASSIGN,
    Permission.WORK_FOR_OTHERS,
    Permission.PUBLISH,
    Permission.SET_CONFIDENTIAL,
    Permission.SEE_HEALTH,
}
_AGENCY = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.SEE_TICKETS,
        Permission.MOVE,
        Permission.WORK_FOR_OTHERS,
        Permission.NOTE,
    }
)
"""Reads and answers what was sent to the agency; the desk's operator stays the one who works on it.

No calls, recordings or numbers: who reported reaches an agency only with consent (DOMAIN §5).
"""

GRANTS: Mapping[Role, Grant] = {
    Role.OPERATOR: Grant(permissions=_OPERATOR, scope=Scope.ALL),
    Role.SUPERVISOR: Grant(permissions=_SUPERVISOR, scope=Scope.ALL),
    Role.ADMIN: Grant(permissions=_SUPERVISOR | {Permission.MANAGE_PEOPLE, Permission.MANAGE_JOBS}, scope=Scope.ALL),
    Role.TEAM_LEAD: Grant(permissions=_SUPERVISOR, scope=Scope.TEAM),
    Role.AGENCY: Grant(permissions=_AGENCY, scope=Scope.AGENCY),
}

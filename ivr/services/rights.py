"""Who may see and do what: the rules, asked by every verb and page, for one ticket and for rows alike."""

from collections.abc import Sequence
from typing import assert_never

from sqlalchemy import ColumnElement, false, or_, select

from ivr.model import Call, Person, Ticket
from ivr.model.permissions import GRANTS, Permission, Scope
from ivr.services.errors import NotAllowed


def may(person: Person, permission: Permission) -> bool:
    """Whether the person's role gives this permission; on which tickets, the scope says."""
    return permission in GRANTS[person.role].permissions


def require(person: Person, permission: Permission) -> None:
    """Raise :class:`NotAllowed` for a role without this permission."""
    if not may(person, permission):
        raise NotAllowed("Vai trò này không có quyền làm việc đó.", "This role has no right to do that.")


def holds(person: Person, ticket: Ticket) -> bool:
    """Whether the ticket is this person's own work."""
    return ticket.assignee_id == person.id


def in_scope(person: Person, ticket: Ticket) -> bool:
    """Whether the ticket is one of those that this person's role is about; the same rule as :func:`_scope_of_rows`."""
    match GRANTS[person.role].scope:
        case Scope.ALL:
            return True
        case Scope.TEAM:
            if ticket.assignee is None or holds(person, ticket):
                return True
            return person.team is not None and ticket.assignee.team == person.team
        case Scope.AGENCY:
            return person.agency is not None and ticket.agency == person.agency
        case Scope.OWN:
            return holds(person, ticket)
        case other:
            assert_never(other)


def may_see(person: Person, ticket: Ticket) -> bool:
    """Within the scope; confidential matters (conduct of officials …) with that permission, or where one holds them."""
    open_to_person = not ticket.confidential or may(person, Permission.SEE_CONFIDENTIAL) or holds(person, ticket)
    return may(person, Permission.SEE_TICKETS) and in_scope(person, ticket) and open_to_person


def visible(viewer: Person | None) -> list[ColumnElement[bool]]:
    """The rule of :func:`may_see`, as conditions on rows of tickets; None (a program, not a person) sees all."""
    if viewer is None:
        return []
    if not may(viewer, Permission.SEE_TICKETS):
        return [false()]
    conditions = _scope_of_rows(viewer)
    if not may(viewer, Permission.SEE_CONFIDENTIAL):
        conditions.append(or_(Ticket.confidential.is_(False), Ticket.assignee_id == viewer.id))
    return conditions


def _scope_of_rows(viewer: Person) -> list[ColumnElement[bool]]:
    """The rule of :func:`in_scope`, for rows."""
    match GRANTS[viewer.role].scope:
        case Scope.ALL:
            return []
        case Scope.TEAM:
            theirs = [Ticket.assignee_id.is_(None), Ticket.assignee_id == viewer.id]
            if viewer.team is not None:
                theirs.append(Ticket.assignee_id.in_(select(Person.id).where(Person.team == viewer.team)))
            return [or_(*theirs)]
        case Scope.AGENCY:
            return [Ticket.agency == viewer.agency if viewer.agency is not None else false()]
        case Scope.OWN:
            return [Ticket.assignee_id == viewer.id]
        case other:
            assert_never(other)


def call_in_scope(person: Person, tickets: Sequence[Ticket]) -> bool:
    """Whether a call that made these tickets may be seen: the same rule as :func:`visible_calls`.

    A call without a ticket belongs to no agency and to no person; to a team, as a ticket that is free does.
    """
    match GRANTS[person.role].scope:
        case Scope.ALL:
            return True
        case Scope.TEAM:
            return not tickets or any(in_scope(person, ticket) for ticket in tickets)
        case _:
            return any(in_scope(person, ticket) for ticket in tickets)


def visible_calls(viewer: Person | None) -> list[ColumnElement[bool]]:
    """Conditions on rows of calls; None (a program, not a person) sees all."""
    if viewer is None:
        return []
    if not may(viewer, Permission.SEE_CALLS):
        return [false()]
    conditions = _scope_of_rows(viewer)
    if not conditions:
        return []
    made = select(Ticket.id).where(Ticket.call_id == Call.id)
    seen = made.where(*conditions).exists()
    return [or_(seen, ~made.exists()) if GRANTS[viewer.role].scope is Scope.TEAM else seen]


def sees_all_calls(person: Person) -> bool:
    """Whether calls that made no ticket are this person's matter: the desk's, not an agency's."""
    return may(person, Permission.SEE_CALLS) and GRANTS[person.role].scope in {Scope.ALL, Scope.TEAM}


def may_steer(person: Person, operator: Person) -> bool:
    """Whether the person may change how another one works at the telephone: everybody's, or those of the own team."""
    if not may(person, Permission.STEER):
        return False
    match GRANTS[person.role].scope:
        case Scope.ALL:
            return True
        case Scope.TEAM:
            return person.team is not None and operator.team == person.team
        case _:
            return False


def recording_in_scope(person: Person, ticket: Ticket | None) -> bool:
    """Whether the recording of a ticket may be heard; one whose ticket is lost, only by who sees all."""
    return GRANTS[person.role].scope is Scope.ALL if ticket is None else in_scope(person, ticket)


def may_download(person: Person, ticket: Ticket | None) -> bool:
    """A copy is out of our hands: it needs that permission, and a ticket that the person may see."""
    return may(person, Permission.DOWNLOAD) and (ticket is None or may_see(person, ticket))


def sees_number(person: Person, tickets: Sequence[Ticket]) -> bool:
    """Whether the whole telephone number is shown without being asked for: to who holds a ticket of it.

    Others with the permission to see numbers give a reason, which is kept (:mod:`ivr.services.reveals`).
    """
    return any(holds(person, ticket) for ticket in tickets)


def may_work(person: Person, ticket: Ticket) -> bool:
    """Whether the person may move, change or correct it: one's own, one that is free, and with that permission."""
    return ticket.assignee_id in {None, person.id} or may(person, Permission.WORK_FOR_OTHERS)


def require_work(person: Person, ticket: Ticket) -> None:
    """Raise :class:`NotAllowed` where somebody else works on the ticket."""
    if not may_work(person, ticket):
        name = ticket.assignee.name if ticket.assignee else "–"
        raise NotAllowed(
            f"Phiếu này do {name} xử lý: chỉ người đó hoặc trưởng ca được thay đổi.",
            f"{name} works on this ticket: only they or a supervisor may change it.",
        )


def may_publish(person: Person, ticket: Ticket) -> bool:
    """Whether an answer may be published: with that permission, and where the citizen agreed."""
    return may(person, Permission.PUBLISH) and agreed_to_publication(ticket)


def agreed_to_publication(ticket: Ticket) -> bool:
    """Silence is no yes, and a confidential matter is never published whatever was answered."""
    return ticket.publish is True and not ticket.confidential

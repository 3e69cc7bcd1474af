"""Who may see and hear what: one place for the rules, asked by every verb and page."""

from ivr.model import Person, Role, Ticket

_RANK = {Role.OPERATOR: 0, Role.SUPERVISOR: 1, Role.ADMIN: 2}


def at_least(person: Person, role: Role) -> bool:
    """Whether the person's role is ``role`` or above it."""
    return _RANK[person.role] >= _RANK[role]


def holds(person: Person, ticket: Ticket) -> bool:
    """Whether the ticket is this person's own work."""
    return ticket.assignee_id == person.id


def may_see(person: Person, ticket: Ticket) -> bool:
    """Confidential matters (conduct of officials …) are for supervisors and for whoever holds them."""
    return not ticket.confidential or at_least(person, Role.SUPERVISOR) or holds(person, ticket)


def may_download(person: Person, ticket: Ticket | None) -> bool:
    """A copy leaves the house: supervisors alone, and only what they may see."""
    return at_least(person, Role.SUPERVISOR) and (ticket is None or may_see(person, ticket))

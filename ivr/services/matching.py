"""A search as conditions on rows: codes and their parts, telephone numbers and their parts, words."""

from sqlalchemy import ColumnElement, and_, false, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.model import Call, Person, Ticket
from ivr.services import rights
from ivr.services.search_query import WHOLE_NUMBER, Digits, SearchQuery, read_query
from ivr.store import search

LEAST_OF_TICKET = 4
"""Digits from which a ticket is found by the end of its number: fewer are house numbers far more often."""
LEAST_INSIDE = 5
"""Digits from which they may stand anywhere in a number; fewer are looked for at its end, where an index leads."""


def tickets_matching(session: Session, query: str, most: int) -> ColumnElement[bool]:
    """Tickets in which everything typed is found; ``most``: how many of a word's tickets are looked at."""
    asked = read_query(query)
    conditions = [_of_digits(session, run, most) for run in asked.runs]
    if asked.terms:
        conditions.append(search.matching(session, asked.terms, most))
    if not asked.codes:
        return and_(*conditions) if conditions else false()
    by_code = Ticket.code.in_(asked.codes)
    if not conditions:
        return by_code
    # not OR: PostgreSQL would then read every ticket
    return Ticket.id.in_(union(select(Ticket.id).where(by_code), select(Ticket.id).where(*conditions)))


def calls_matching(session: Session, query: str, viewer: Person | None, most: int) -> ColumnElement[bool]:
    """Calls of which a ticket (one the viewer may see) matches, or from a number with these digits."""
    asked = read_query(query)
    by_ticket = select(Ticket.call_id).where(tickets_matching(session, query, most), *rights.visible(viewer))
    by_number = _number_alone(session, asked)
    if by_number is None:
        return Call.id.in_(by_ticket)
    return Call.id.in_(union(by_ticket, select(Call.id).where(by_number)))


def _number_alone(session: Session, asked: SearchQuery) -> ColumnElement[bool] | None:
    run = asked.lone_run
    return None if run is None else _in_number(session, Call.caller_number, run.number)


def _of_digits(session: Session, run: Digits, most: int) -> ColumnElement[bool]:
    """Tickets with these digits among their words, in their number or their caller's, or in their code."""
    ways = [search.matching(session, words, most) for words in dict.fromkeys((run.groups, (run.joined,)))]
    if run.code is not None:
        ways.append(Ticket.code == run.code)
    if run.running is not None:
        ways.append(search.running_number(*run.running))
    found = [select(Ticket.id).where(way) for way in ways]
    if len(run.number) >= LEAST_OF_TICKET:
        found.append(select(Ticket.id).where(_in_number(session, Ticket.contact_number, run.number)))
        called = _in_number(session, Call.caller_number, run.number)
        found.append(select(Ticket.id).join(Call, Call.id == Ticket.call_id).where(called))
    return Ticket.id.in_(union(*found))


def _in_number(session: Session, column: InstrumentedAttribute[str | None], digits: str) -> ColumnElement[bool]:
    if LEAST_INSIDE <= len(digits) < WHOLE_NUMBER:
        return search.holding(column, digits)
    return search.ending_with(session, column, digits)

"""Full-text search in tickets: FTS5 on SQLite, a GIN index on PostgreSQL, one meaning on both.

Both index our own folded copy (:func:`ivr.model.text.fold`): neither database folds Vietnamese by itself, đ least of
all. A term finds words that begin with it; a term of several words finds them as a phrase.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, column, func, literal_column, or_, select, table
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.model import Ticket

INDEXES = frozenset({"ix_tickets_search", "ix_calls_ending", "ix_tickets_ending", "ix_tickets_running"})
"""Names of indexes that each database writes in its own way; the mapped tables do not know them."""

MOST = 10_000
"""Tickets one search looks at: a word that stands in most reports need not cost reading them all."""
MOST_ALONE = 2_000
"""The same where the words are all that is asked for: of these a thousand are counted, and some may be hidden."""
LEAST_ENDING = 3
"""Digits from which the end of a telephone number is looked for."""


def matching(session: Session, terms: Sequence[str], most: int = MOST) -> ColumnElement[bool]:
    """Tickets that hold every term, the newest ``most`` of them.

    :param terms: from :func:`ivr.model.text.search_terms`, at least one.
    """
    if _is_postgresql(session):
        folded = func.to_tsvector(literal_column("'simple'::regconfig"), Ticket.folded)
        query = func.to_tsquery(literal_column("'simple'::regconfig"), " & ".join(map(_tsquery, terms)))
        # Materialised: for a rare word the planner may else walk all tickets newest first (5 s in 100,000).
        every = select(Ticket.id).where(folded.bool_op("@@")(query)).cte().prefix_with("MATERIALIZED")
        return Ticket.id.in_(select(every.c.id).order_by(every.c.id.desc()).limit(most))
    # Terms hold letters, digits and spaces alone, so the quotes cannot be left.
    query_text = " AND ".join(f'"{term}"*' for term in terms)
    index = table("ticket_search", column("rowid"))
    found = select(index.c.rowid).where(literal_column("ticket_search").bool_op("MATCH")(query_text))
    return Ticket.id.in_(found.order_by(index.c.rowid.desc()).limit(most))


def ending_with(session: Session, number: InstrumentedAttribute[str | None], digits: str) -> ColumnElement[bool]:
    """Rows whose ``number`` ends with these digits, at least :data:`LEAST_ENDING`; an index holds the last three."""
    name = f"{number.class_.__tablename__}.{number.key}"
    ours = f"right({name}, 3)" if _is_postgresql(session) else f"substr({name}, -3)"
    last: ColumnElement[str] = literal_column(ours)  # word for word as in the index, or it is not used
    return and_(last == digits[-LEAST_ENDING:], number.like(f"%{digits}"))


def holding(number: InstrumentedAttribute[str | None], digits: str) -> ColumnElement[bool]:
    """Rows whose ``number`` (E.164) has these digits anywhere; a leading zero stands for the country code."""
    inside = number.like(f"%{digits}%")
    return or_(inside, number.like(f"+84{digits[1:]}%")) if digits.startswith("0") else inside


def running_number(year: str, number: str, check: str) -> ColumnElement[bool]:
    """Tickets with this running number (six digits) in their code; an empty ``year`` or ``check`` is not looked at."""
    running: ColumnElement[str] = literal_column("substr(tickets.code, 3, 6)")  # word for word as in the index
    return and_(running == number, Ticket.code.like(f"{year or '__'}{number}{check or '_'}"))


def is_mapped(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Alembic's ``include_object``: leave out what only one database has."""
    return name is None or (name not in INDEXES and not (kind == "table" and name.startswith("ticket_search")))


def _tsquery(term: str) -> str:
    return "(" + " <-> ".join(f"{word}:*" for word in term.split()) + ")"


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"

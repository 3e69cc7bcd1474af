"""Full-text search in tickets: FTS5 on SQLite, a GIN index on PostgreSQL, one meaning on both.

Both index our own folded copy (:func:`ivr.model.text.fold`): neither database folds Vietnamese by itself, đ least of
all. A term finds words that begin with it; a term of several words finds them as a phrase.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, column, func, literal_column, select, table
from sqlalchemy.orm import Session

from ivr.model import Ticket

INDEXES = frozenset({"ix_tickets_search"})
"""Names of indexes that only one database has; the mapped tables do not know them."""

MOST = 10_000
"""Tickets one search looks at: a word that stands in most reports need not cost reading them all."""


def matching(session: Session, terms: Sequence[str]) -> ColumnElement[bool]:
    """Tickets that hold every term, the newest :data:`MOST` of them.

    :param terms: from :func:`ivr.model.text.search_terms`, at least one.
    """
    if session.get_bind().dialect.name == "postgresql":
        folded = func.to_tsvector(literal_column("'simple'::regconfig"), Ticket.folded)
        query = func.to_tsquery(literal_column("'simple'::regconfig"), " & ".join(map(_tsquery, terms)))
        # Materialised: for a rare word the planner may else walk all tickets newest first (5 s in 100,000).
        every = select(Ticket.id).where(folded.bool_op("@@")(query)).cte("matching").prefix_with("MATERIALIZED")
        return Ticket.id.in_(select(every.c.id).order_by(every.c.id.desc()).limit(MOST))
    # Terms hold letters, digits and spaces alone, so the quotes cannot be left.
    query_text = " AND ".join(f'"{term}"*' for term in terms)
    index = table("ticket_search", column("rowid"))
    found = select(index.c.rowid).where(literal_column("ticket_search").bool_op("MATCH")(query_text))
    return Ticket.id.in_(found.order_by(index.c.rowid.desc()).limit(MOST))


def is_mapped(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Alembic's ``include_object``: leave out what only one database has."""
    return name is None or (name not in INDEXES and not (kind == "table" and name.startswith("ticket_search")))


def _tsquery(term: str) -> str:
    return "(" + " <-> ".join(f"{word}:*" for word in term.split()) + ")"

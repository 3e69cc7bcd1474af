"""Search in tickets: a full-text index over the folded copy, the same words on both databases.

SQLite drops a table's triggers when a later step rebuilds ``tickets`` in batch mode: such a step must run
:func:`create_sqlite_triggers` again.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_SEARCH = "CREATE VIRTUAL TABLE ticket_search USING fts5(folded, content='tickets', content_rowid='id')"
_REMOVE_OLD = "INSERT INTO ticket_search (ticket_search, rowid, folded) VALUES ('delete', old.id, old.folded);"
_ADD_NEW = "INSERT INTO ticket_search (rowid, folded) VALUES (new.id, new.folded);"
_TRIGGERS = {
    "ticket_search_insert": f"AFTER INSERT ON tickets BEGIN {_ADD_NEW} END",
    "ticket_search_delete": f"AFTER DELETE ON tickets BEGIN {_REMOVE_OLD} END",
    "ticket_search_update": f"AFTER UPDATE OF folded ON tickets BEGIN {_REMOVE_OLD} {_ADD_NEW} END",
}


def upgrade() -> None:
    """Create the index and fill it from the tickets that stand."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SEARCH)
        create_sqlite_triggers()
        op.execute("INSERT INTO ticket_search (ticket_search) VALUES ('rebuild')")
    else:
        op.execute("CREATE INDEX ix_tickets_search ON tickets USING gin (to_tsvector('simple'::regconfig, folded))")


def create_sqlite_triggers() -> None:
    """Keep the index in step with the tickets."""
    for name, body in _TRIGGERS.items():
        op.execute(f"DROP TRIGGER IF EXISTS {name}")
        op.execute(f"CREATE TRIGGER {name} {body}")

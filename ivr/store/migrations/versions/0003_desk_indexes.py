"""Indexes of the desk's lists: what the tabs count, whose ticket it is, and the end of a caller's number."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create them. No batch mode: SQLite would rebuild the table and lose the triggers of 0002."""
    op.create_index("ix_tickets_counted", "tickets", ["state", "due_at", "confidential", "assignee_id", "created_at"])
    op.create_index("ix_tickets_held", "tickets", ["assignee_id", "state", "created_at", "confidential"])
    op.drop_index("ix_tickets_assignee_id", "tickets")  # the one above begins with the same column
    ending = "right(caller_number, 3)" if op.get_bind().dialect.name == "postgresql" else "substr(caller_number, -3)"
    op.execute(f"CREATE INDEX ix_calls_ending ON calls ({ending})")

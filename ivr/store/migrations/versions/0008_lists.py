"""Indexes of the lists: any part of a number or of a code, urgent tickets first, the length of a recording.

No batch mode: SQLite would rebuild the tables and lose the triggers of 0002.
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create them; the index of calls by number now holds all that a search by number reads."""
    op.create_index("ix_tickets_urgent", "tickets", ["state", "urgent", "created_at", "confidential", "assignee_id"])
    op.create_index("ix_recordings_length", "recordings", ["seconds", "ulid"])
    op.create_index("ix_calls_of_number", "calls", ["caller_number", "started_at", "id"])
    op.drop_index("ix_calls_caller_number_started_at", "calls")
    ending = "right(contact_number, 3)" if op.get_bind().dialect.name == "postgresql" else "substr(contact_number, -3)"
    op.execute(f"CREATE INDEX ix_tickets_ending ON tickets ({ending})")
    op.execute("CREATE INDEX ix_tickets_running ON tickets (substr(code, 3, 6))")

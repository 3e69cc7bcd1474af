"""A ticket names the call it was reported in: further reports of a call lose the call rows they had of their own.

Plain ALTER statements, no batch mode: SQLite would rebuild ``tickets`` and ``recordings`` and, as it drops the old
ones, delete all that hangs on them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_FACTS = ("uniqueid", "linkedid", "started_at", "city", "caller_raw", "caller_name", "called")
"""A further report has them of its call, Asterisk's names of the line and our moment of its beginning among them."""
_SAME = " AND ".join(f"further.{name} = real.{name}" for name in _FACTS)
_WALKED = "EXISTS (SELECT 1 FROM call_steps WHERE call_steps.call_id = {}.id)"
_PAIRS = (
    f"FROM calls AS further JOIN calls AS real ON {_SAME} AND real.id <> further.id "
    f"WHERE further.uniqueid <> '' AND NOT {_WALKED.format('further')} AND {_WALKED.format('real')}"
)
"""A call that was walked through the menu, and a row without a step that is the same call in everything known of it."""


def upgrade() -> None:
    """Name the calls, then remove the rows that stood for further reports; where the call is not certain, both stay."""
    op.add_column("tickets", sa.Column("call_id", sa.String(length=26), nullable=False, server_default=""))
    op.execute("UPDATE tickets SET call_id = ulid")
    op.create_index("ix_tickets_of_call", "tickets", ["call_id", "confidential", "assignee_id"])
    op.execute(
        f"UPDATE tickets SET call_id = (SELECT real.id {_PAIRS} AND further.id = tickets.ulid) "  # noqa: S608  # ours
        f"WHERE ulid IN (SELECT further.id {_PAIRS} GROUP BY further.id HAVING count(*) = 1)"
    )
    op.execute("DELETE FROM calls WHERE id IN (SELECT ulid FROM tickets WHERE call_id <> ulid)")
    op.execute("ALTER TABLE recordings RENAME COLUMN call_id TO ulid")  # it always was the report's
    op.drop_index("ix_recordings_call_id", "recordings")  # the unique constraint begins with the same column

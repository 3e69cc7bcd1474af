"""Jobs: the urgency of work items, the indexes that claims and lists read, and how far each schedule was made.

Plain ALTER and CREATE statements, no batch mode: SQLite would rebuild the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Items of older versions are of urgency 0 and keep their order, the oldest first."""
    op.add_column("work_items", sa.Column("urgency", sa.SmallInteger(), nullable=False, server_default="0"))
    op.drop_index("ix_work_items_kind_state_not_before", "work_items")
    op.execute("CREATE INDEX ix_work_items_next ON work_items (urgency DESC, id) WHERE state IN ('waiting', 'claimed')")
    op.execute("CREATE INDEX ix_work_items_open ON work_items (kind, state, created_at) WHERE state <> 'done'")
    op.create_table(
        "schedules",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("made_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_schedules"),
    )

"""Who was offered to which queue, and what came of it; calls from before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "queue_visits",
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("linkedid", sa.String(length=150), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("waited", sa.Double(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("answered_by", sa.String(length=150), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance", "linkedid"],
            ["line_calls.instance", "line_calls.linkedid"],
            name=op.f("fk_queue_visits_instance_linkedid"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instance", "linkedid", "seq", name=op.f("pk_queue_visits")),
    )
    op.create_index("ix_queue_visits_joined", "queue_visits", ["instance", "queue", "joined_at"])

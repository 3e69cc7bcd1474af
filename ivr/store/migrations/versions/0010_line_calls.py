"""Calls as Asterisk saw them, and their stretches; what stands is not touched."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "line_calls",
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("linkedid", sa.String(length=150), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("instance", "linkedid", name=op.f("pk_line_calls")),
    )
    op.create_index("ix_line_calls_live", "line_calls", ["instance", "live"])
    op.create_index(op.f("ix_line_calls_began_at"), "line_calls", ["began_at"])
    op.create_table(
        "line_segments",
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("linkedid", sa.String(length=150), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phones", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance", "linkedid"],
            ["line_calls.instance", "line_calls.linkedid"],
            name=op.f("fk_line_segments_instance_linkedid"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("instance", "linkedid", "seq", name=op.f("pk_line_segments")),
    )

"""Why somebody listened and since when, who looked at a number, and how each person's player is set."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Plain ALTER statements (see 0004). A reason given before serves nothing any more: its moment stays empty."""
    op.add_column("plays", sa.Column("reason_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_plays_person_reason", "plays", ["person_id", "reason_at"])
    op.create_table(
        "reveals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ulid", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reveals_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveals")),
    )
    op.create_index(op.f("ix_reveals_at"), "reveals", ["at"])
    op.create_index("ix_reveals_ulid_person", "reveals", ["ulid", "person_id", "at"])
    op.add_column("people", sa.Column("player_speed", sa.Float(), nullable=False, server_default="1"))
    op.add_column("people", sa.Column("player_skips", sa.Boolean(), nullable=False, server_default=sa.false()))

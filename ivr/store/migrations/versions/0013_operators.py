"""Operators at work, what they did before, acts asked of them, and whose callers each person answers."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the tables; everybody who has an account answers all queues."""
    op.create_table(
        "operators",
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phone", sa.String(length=128), nullable=False),
        sa.Column("linkedid", sa.String(length=150), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("allowed", sa.Double(), nullable=True),
        sa.Column("next_reason", sa.String(length=64), nullable=False),
        sa.Column("next_allowed", sa.Double(), nullable=True),
        sa.Column("leaves", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("missed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("before", sa.String(length=16), nullable=True),
        sa.Column("legs", sa.JSON(), nullable=False),
        _of_person("operators", "person_id"),
        sa.PrimaryKeyConstraint("instance", "person_id", name=op.f("pk_operators")),
    )
    op.create_table(
        "operator_spans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=128), nullable=False),
        sa.Column("linkedid", sa.String(length=150), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        _of_person("operator_spans", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_spans")),
    )
    op.create_index("ix_operator_spans_began", "operator_spans", ["instance", "began_at"])
    op.create_index(op.f("ix_operator_spans_person_id"), "operator_spans", ["person_id"])
    op.create_table(
        "operator_acts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.String(length=16), nullable=False),
        sa.Column("phone", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused", sa.String(length=16), nullable=True),
        _of_person("operator_acts", "person_id"),
        _of_person("operator_acts", "operator_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_acts")),
    )
    op.create_index(op.f("ix_operator_acts_person_id"), "operator_acts", ["person_id"])
    op.create_index(op.f("ix_operator_acts_operator_id"), "operator_acts", ["operator_id"])
    unanswered = sa.text("answered_at IS NULL")
    op.create_index(
        "ix_operator_acts_open", "operator_acts", ["instance"], sqlite_where=unanswered, postgresql_where=unanswered
    )
    op.add_column("people", sa.Column("queues", sa.JSON(), nullable=True))


def _of_person(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], ["people.id"], name=name, ondelete="CASCADE")

"""What was done about call-backs; whom the desk owes a call follows from calls and tickets that stand already."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "call_backs",
        sa.Column("ulid", sa.String(length=26), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("city", sa.String(length=32), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["claimed_by"], ["people.id"], name=op.f("fk_call_backs_claimed_by")),
        sa.PrimaryKeyConstraint("ulid", name=op.f("pk_call_backs")),
    )
    op.create_index("ix_call_backs_settled", "call_backs", ["number", "closed_at"])
    op.create_index(op.f("ix_call_backs_claimed_by"), "call_backs", ["claimed_by"])
    op.create_table(
        "call_back_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ulid", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ulid"], ["call_backs.ulid"], name=op.f("fk_call_back_tries_ulid"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_call_back_tries_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_tries")),
    )
    op.create_index(op.f("ix_call_back_tries_ulid"), "call_back_tries", ["ulid"])

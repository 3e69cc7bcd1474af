"""When a ticket's clock stopped, read from its history; and which team or agency a person belongs to.

Plain ALTER statements, as in 0004: no batch mode.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_STOPPED = "('da_xu_ly', 'da_tra_loi', 'cong_khai', 'tu_choi', 'trung')"
_COUNTED = ["state", "due_at", "confidential", "assignee_id", "created_at"]


def upgrade() -> None:
    """The moment of the newest move that stopped the clock; without such an event, of the closing."""
    op.add_column("tickets", sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE tickets SET resolved_at = coalesce((SELECT max(at) FROM ticket_events "  # noqa: S608  # ours
        "WHERE ticket_id = tickets.id AND kind = 'moved' "
        f"AND to_state IN {_STOPPED} AND from_state NOT IN {_STOPPED}), closed_at) WHERE state IN {_STOPPED}"
    )
    op.drop_index("ix_tickets_counted", "tickets")
    op.create_index("ix_tickets_counted", "tickets", [*_COUNTED, "resolved_at"])
    op.add_column("people", sa.Column("team", sa.String(length=64), nullable=True))
    op.add_column("people", sa.Column("agency", sa.String(length=64), nullable=True))

"""Two doors: a report is not a phone call, a job is not a transcription; the clock's stop; people's team and agency.

Plain ALTER statements: SQLite cannot let ``call_id`` be empty afterwards, so the column is made anew beside the old one
and filled. The table itself is never rebuilt (see 0004: SQLite would delete all that hangs on it).
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


_STOPPED = "('da_xu_ly', 'da_tra_loi', 'cong_khai', 'tu_choi', 'trung')"


def upgrade() -> None:
    """Every report of 0.1 came by telephone and has one part, its recording."""
    _tickets()
    _clock()
    _calls()
    _parts()
    _people()
    _jobs()


def _tickets() -> None:
    op.add_column("tickets", sa.Column("channel_id", sa.String(length=128), nullable=False, server_default=""))
    op.execute("UPDATE tickets SET channel_id = ulid")
    op.create_index("uq_tickets_channel_channel_id", "tickets", ["channel", "channel_id"], unique=True)
    op.add_column("tickets", sa.Column("notice_seconds", sa.Float(), nullable=True))
    op.execute("ALTER TABLE tickets RENAME COLUMN sidecar_version TO report_version")
    op.drop_index("ix_tickets_of_call", "tickets")
    op.execute("ALTER TABLE tickets RENAME COLUMN call_id TO call_id_0004")
    op.add_column("tickets", sa.Column("call_id", sa.String(length=26), nullable=True))
    op.execute("UPDATE tickets SET call_id = call_id_0004")
    op.execute("ALTER TABLE tickets DROP COLUMN call_id_0004")
    op.create_index("ix_tickets_of_call", "tickets", ["call_id", "confidential", "assignee_id"])


def _clock() -> None:
    """When a ticket's clock stopped: the newest move that stopped it; without such an event, the closing."""
    op.add_column("tickets", sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE tickets SET resolved_at = coalesce((SELECT max(at) FROM ticket_events "  # noqa: S608  # ours
        "WHERE ticket_id = tickets.id AND kind = 'moved' "
        f"AND to_state IN {_STOPPED} AND from_state NOT IN {_STOPPED}), closed_at) WHERE state IN {_STOPPED}"
    )
    op.drop_index("ix_tickets_counted", "tickets")
    counted = ["state", "due_at", "confidential", "assignee_id", "created_at", "resolved_at"]
    op.create_index("ix_tickets_counted", "tickets", counted)


def _calls() -> None:
    op.add_column("calls", sa.Column("instance", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("calls", sa.Column("notice_version", sa.String(length=32), nullable=False, server_default=""))
    op.add_column("calls", sa.Column("notice_seconds", sa.Float(), nullable=True))
    op.add_column("calls", sa.Column("consent", sa.String(length=8), nullable=True))


def _parts() -> None:
    op.create_table(
        "report_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ulid", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("leg", sa.String(length=16), nullable=False),
        sa.Column("offset_seconds", sa.Float(), nullable=False),
        sa.Column("end_reason", sa.String(length=16), nullable=True),
        sa.Column("clock_seconds", sa.Float(), nullable=True),
        sa.Column("sound_seconds", sa.Float(), nullable=False),
        sa.Column("recording_id", sa.String(length=26), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_report_parts_recording_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_parts")),
        sa.UniqueConstraint("ulid", "number", name=op.f("uq_report_parts_ulid_number")),
    )
    op.execute(
        "INSERT INTO report_parts (ulid, number, kind, leg, offset_seconds, sound_seconds, recording_id, started_at) "
        "SELECT ulid, take, 'take', '', 0, seconds, id, created_at FROM recordings"
    )


def _people() -> None:
    """Which team or agency a person belongs to; whoever has an account has chosen a password of their own."""
    op.add_column("people", sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("people", sa.Column("team", sa.String(length=64), nullable=True))
    op.add_column("people", sa.Column("agency", sa.String(length=64), nullable=True))


def _jobs() -> None:
    """Items of 0.1 are of urgency 0 and keep their order, the oldest first; how far each schedule was made."""
    op.add_column("work_items", sa.Column("urgency", sa.SmallInteger(), nullable=False, server_default="0"))
    op.drop_index("ix_work_items_kind_state_not_before", "work_items")
    op.execute("CREATE INDEX ix_work_items_next ON work_items (urgency DESC, id) WHERE state IN ('waiting', 'claimed')")
    op.execute("CREATE INDEX ix_work_items_open ON work_items (kind, state, created_at) WHERE state <> 'done'")
    op.create_table(
        "schedules",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("made_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedules")),
    )

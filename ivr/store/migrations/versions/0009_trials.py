"""Which calls only tried the hotline (``tongdai call``); what stands was made by citizens.

A column added with a default, nothing rebuilt. Tickets of such calls have a mark among their flags and need no column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column."""
    op.add_column("calls", sa.Column("trial", sa.Boolean(), nullable=False, server_default=sa.false()))

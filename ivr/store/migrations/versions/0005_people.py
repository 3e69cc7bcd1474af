"""People say whether their password is one that somebody else chose for them and that they must change."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; whoever has an account already has a password of their own."""
    op.add_column("people", sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()))

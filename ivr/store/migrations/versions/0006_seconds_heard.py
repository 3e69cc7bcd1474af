"""Seconds heard: of each prompt of a step, and of the notice about recording in each language of a call.

Columns added with a default, nothing rebuilt: steps of earlier versions did not measure what was heard.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """What is not known of earlier calls stays empty."""
    op.add_column("call_steps", sa.Column("heard", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("calls", sa.Column("notice_heard", sa.JSON(), nullable=False, server_default="{}"))

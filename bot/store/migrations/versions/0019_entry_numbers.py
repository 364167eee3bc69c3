"""The number beside each entry of a shrunk message, which a number emoji means."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. What was posted before numbers its entries from 1 in each message, which 0 says."""
    with op.batch_alter_table("shrunk_entries") as table:
        table.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it away: an older release counts the entries of each message."""
    with op.batch_alter_table("shrunk_entries") as table:
        table.drop_column("number")

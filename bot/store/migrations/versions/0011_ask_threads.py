"""Threads in which somebody asks the bot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "ask_threads",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "channel", "thread", "user"),
    )
    op.create_index("ask_threads_by_age", "ask_threads", ["at"])
    op.create_index("ask_threads_by_user", "ask_threads", ["user"])


def downgrade() -> None:
    """Take it away: it holds what is forgotten after a day."""
    op.drop_table("ask_threads")

"""What was seen of second bots: copies of this one that post from a database of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table. None has been seen."""
    op.create_table(
        "second_bots",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("workspace"),
    )


def downgrade() -> None:
    """Take it away. A digest that was not posted because of one is dropped, which an older release knows."""
    op.drop_table("second_bots")

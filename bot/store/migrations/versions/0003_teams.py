"""What a whole team wants: whether what its people keep may be counted together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "teams",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("home"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("teams")

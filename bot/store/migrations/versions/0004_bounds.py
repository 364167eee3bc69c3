"""What is known when an attempt begins: the newest moment in the channel, and refusals that do not say why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("deliveries", sa.Column("after", sa.Text(), nullable=False, server_default=""))
    op.add_column("parts", sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("parts", "refusals")
    op.drop_column("deliveries", "after")

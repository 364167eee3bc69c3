"""Who took a digest back, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Of what was taken back before, nobody knows by whom."""
    op.add_column("deliveries", sa.Column("retracted_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("retracted_at", sa.BigInteger()))


def downgrade() -> None:
    """Take them away. A digest that a person had posted again is a delivery like any other."""
    op.drop_column("deliveries", "retracted_at")
    op.drop_column("deliveries", "retracted_by")

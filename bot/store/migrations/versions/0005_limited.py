"""What Slack said with a 429, so that a restart does not forget it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = ("limited_at", "limited_until")


def upgrade() -> None:
    """Add the columns: microseconds since 1970 UTC."""
    for name in COLUMNS:
        op.add_column("subscriptions", sa.Column(name, sa.BigInteger()))


def downgrade() -> None:
    """Drop them."""
    for name in COLUMNS:
        op.drop_column("subscriptions", name)

"""Digests that are taken back."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change no table: the progress of a delivery has two more values, `retracting` and `retracted`."""


def downgrade() -> None:
    """Have an older release, which knows neither, neither post nor edit what was taken back."""
    op.execute("UPDATE deliveries SET progress = 'dropped' WHERE progress IN ('retracting', 'retracted')")

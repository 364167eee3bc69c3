"""Which newsletter an issue belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. What is there already belongs to the newsletter without a name, until its own is found."""
    op.add_column("issues", sa.Column("newsletter", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away: an older release reads one newsletter."""
    op.drop_column("issues", "newsletter")

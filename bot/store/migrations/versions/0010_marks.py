"""What an issue is recognised by beside its links: its number, title, day and a sample of its text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty: the marks are written when an issue's file is next seen."""
    op.add_column("issues", sa.Column("marks", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("issues", "marks")

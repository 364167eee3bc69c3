"""The issues that a database's first look at the archive saw dated ahead: they were there, though not out yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table. The first look of a database that is there already is long over."""
    op.create_table(
        "issues_ahead",
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("newsletter", "slug"),
    )


def downgrade() -> None:
    """Take it away. An older release takes an issue that was dated ahead for new whenever it comes out."""
    op.drop_table("issues_ahead")

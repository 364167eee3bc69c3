"""What subscribers are asked about issues that are not posted by themselves, and which of those were asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TOLD = "UPDATE subscriptions SET told = COALESCE((SELECT MAX(seq) FROM issues), 0)"
_PASSED = "UPDATE deliveries SET progress = 'dropped' WHERE progress = 'passed'"


def upgrade() -> None:
    """Add the table and the columns. Nobody is told of what came in before."""
    op.create_table(
        "older_issues",
        sa.Column("id", _KEY, primary_key=True, autoincrement=True),
        sa.Column("subscription", _KEY, sa.ForeignKey("subscriptions.id"), nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.BigInteger()),
        sa.Column("answer", sa.Text(), nullable=False, server_default=""),
        sa.Column("answered", sa.BigInteger()),
    )
    op.create_index("older_issues_by_subscription", "older_issues", ["subscription", "said"])
    op.add_column("subscriptions", sa.Column("told", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(_TOLD)
    op.add_column("deliveries", sa.Column("requested", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take them away. An older release does not know "passed" and reads it as a person's decision."""
    op.execute(_PASSED)
    op.drop_column("deliveries", "requested")
    op.drop_column("subscriptions", "told")
    op.drop_index("older_issues_by_subscription", "older_issues")
    op.drop_table("older_issues")

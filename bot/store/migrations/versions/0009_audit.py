"""Who may change a channel's subscription, and who changed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column and the table. Everybody may change what is there already, as before."""
    op.add_column("subscriptions", sa.Column("access", sa.Text(), nullable=False, server_default="everybody"))
    op.create_table(
        "subscription_audit",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.Column("owner_before", sa.Text(), nullable=False, server_default=""),
        sa.Column("owner_after", sa.Text(), nullable=False, server_default=""),
        sa.Column("undoes", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("subscription_audit_by_channel", "subscription_audit", ["workspace", "channel", "id"])


def downgrade() -> None:
    """Take them away. An older release lets everybody change every subscription."""
    op.drop_index("subscription_audit_by_channel", "subscription_audit")
    op.drop_table("subscription_audit")
    op.drop_column("subscriptions", "access")

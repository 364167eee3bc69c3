"""The first tables: issues, subscriptions, deliveries and their parts, bookmarks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables. Moments are microseconds since 1970 UTC."""
    op.create_table(
        "bookmarks",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("event_ts", sa.Text(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "user", "channel", "ts", name="one_bookmark_a_message"),
    )
    op.create_table(
        "issues",
        sa.Column("seq", KEY, autoincrement=True, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("identity"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("taste", sa.JSON(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=True),
        sa.Column("pause_by", sa.Text(), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("wake_at", sa.BigInteger(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "channel", name="one_subscription_a_channel"),
    )
    op.create_index("subscriptions_by_holder", "subscriptions", ["holder"], unique=False)
    op.create_index("subscriptions_by_wake", "subscriptions", ["wake_at"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subscription", KEY, nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("taste", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("late", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription"],
            ["subscriptions.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "channel", "issue", name="one_delivery_an_issue"),
    )
    op.create_index("deliveries_by_issue", "deliveries", ["issue"], unique=False)
    op.create_index("deliveries_by_subscription", "deliveries", ["subscription", "progress"], unique=False)
    op.create_table(
        "slots",
        sa.Column("subscription", KEY, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription"],
            ["subscriptions.id"],
        ),
        sa.PrimaryKeyConstraint("subscription", "day"),
    )
    op.create_table(
        "slugs",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity"],
            ["issues.identity"],
        ),
        sa.PrimaryKeyConstraint("slug"),
    )
    op.create_table(
        "parts",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("delivery", KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("attempted", sa.BigInteger(), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery"],
            ["deliveries.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("delivery", "key", name="one_part_a_key"),
    )
    op.create_index("parts_by_ts", "parts", ["ts"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("parts_by_ts", table_name="parts")
    op.drop_table("parts")
    op.drop_table("slugs")
    op.drop_table("slots")
    op.drop_index("deliveries_by_subscription", table_name="deliveries")
    op.drop_index("deliveries_by_issue", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index("subscriptions_by_wake", table_name="subscriptions")
    op.drop_index("subscriptions_by_holder", table_name="subscriptions")
    op.drop_table("subscriptions")
    op.drop_table("issues")
    op.drop_table("bookmarks")

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
_PASSED = "UPDATE deliveries SET progress = 'dropped', decided = 0 WHERE progress = 'passed'"
_OLDER = """
    INSERT INTO deliveries (workspace, channel, subscription, issue, due, decided, progress, taste, note, late, content,
                            reason, "after")
    SELECT r.workspace, r.channel, r.id, r.identity, r.seen, 0, 'dropped', r.taste, '', '', r.content,
           'newer issues go out in its place', ''
    FROM (
        SELECT s.workspace, s.channel, s.id, s.taste, i.identity, i.seen, i.content,
               ROW_NUMBER() OVER (
                   PARTITION BY s.id ORDER BY COALESCE(i.dated, i.seen) DESC, i.seq DESC
               ) AS place
        FROM subscriptions s JOIN issues i ON i.seq > s.since
        WHERE i.is_new AND NOT EXISTS (
            SELECT 1 FROM deliveries d
            WHERE d.workspace = s.workspace AND d.channel = s.channel AND d.issue = i.identity
        )
    ) r
    WHERE r.place > 3
"""


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
    """Take them away.

    An older release does not know "passed" and reads it as a person's decision, made long ago: it takes no place in a
    day. Of what is new and undecided it would post all, oldest first: what is not among the three newest of a channel
    is written down as decided.
    """
    op.execute(_PASSED)
    op.execute(_OLDER)
    op.drop_column("deliveries", "requested")
    op.drop_column("subscriptions", "told")
    op.drop_index("older_issues_by_subscription", "older_issues")
    op.drop_table("older_issues")

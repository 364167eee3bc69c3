"""Which issues were new when they came out, the last good look at the archive, and what messages were made from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_LATEST_SIGHT = """
    INSERT INTO archive_looks (newsletter, at)
    SELECT '', MAX(seen) FROM issues HAVING MAX(seen) IS NOT NULL
"""
_DECIDED = """
    INSERT INTO deliveries (workspace, channel, subscription, issue, due, decided, progress, taste, note, late, content,
                            reason, "after")
    SELECT s.workspace, s.channel, s.id, i.identity, i.seen, 0, 'dropped', s.taste, '', '', i.content,
           'it was not new when it came in', ''
    FROM subscriptions s JOIN issues i ON i.seq > s.since
    WHERE NOT i.is_new AND NOT EXISTS (
        SELECT 1 FROM deliveries d
        WHERE d.workspace = s.workspace AND d.channel = s.channel AND d.issue = i.identity
    )
"""
_AS_READ = """
    UPDATE deliveries SET content = (SELECT i.content FROM issues i WHERE i.identity = deliveries.issue)
    WHERE EXISTS (SELECT 1 FROM issues i WHERE i.identity = deliveries.issue)
"""

_ASTRAY = """
    UPDATE parts
    SET reason = CASE
            WHEN state = 'stray' THEN
                'its channel message was deleted, and its thread with it; it stands in the channel by itself'
            ELSE 'its channel message was deleted, and its thread with it'
        END,
        state = 'skipped'
    WHERE state IN ('stray', 'pending')
      AND delivery IN (SELECT delivery FROM parts WHERE state = 'stray')
"""


def upgrade() -> None:
    """Add the columns and the table.

    The dates of the issues known already are in their files, so they count as new until the register next sees the
    files and decides. The latest first sight of an issue is the last good look.
    """
    op.create_table(
        "archive_looks",
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("newsletter"),
    )
    op.execute(_LATEST_SIGHT)
    op.add_column("issues", sa.Column("source", sa.Text(), nullable=False, server_default=""))
    op.add_column("issues", sa.Column("is_new", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("issues", sa.Column("dated", sa.BigInteger()))
    op.add_column("issues", sa.Column("last_look", sa.BigInteger()))
    op.add_column("deliveries", sa.Column("source", sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("version", sa.Text(), nullable=False, server_default=""))
    op.add_column("parts", sa.Column("source", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take them away, after writing down as decided, for every channel, what an older release would post as new.

    An older release knows no stray replies, and would stop at the row of one. It becomes `skipped`, the one state that
    it neither sends again nor offers to a person to be sent. So do the replies still to come: Slack would put them into
    the channel as well, and an older release would not take them away.
    """
    op.execute(_ASTRAY)
    op.execute(_DECIDED)
    op.execute(_AS_READ)
    op.drop_column("parts", "source")
    for name in ("source", "version"):
        op.drop_column("deliveries", name)
    for name in ("source", "is_new", "dated", "last_look"):
        op.drop_column("issues", name)
    op.drop_table("archive_looks")

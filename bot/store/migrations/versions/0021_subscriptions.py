"""Which newsletter a subscription is for: a channel may have several."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OLD, _NEW = "one_subscription_a_channel", "one_subscription_a_newsletter"
_WHY = "the bot went back to a release in which a channel has one subscription"
# Of a channel's subscriptions stays the one for all newsletters, else the oldest; before that, one that goes on.
_KEPT = """
    CREATE TEMPORARY TABLE kept_subscriptions AS
    SELECT id, FIRST_VALUE(id) OVER (
        PARTITION BY workspace, channel
        ORDER BY CASE WHEN ended THEN 1 ELSE 0 END, CASE WHEN newsletter = '' THEN 0 ELSE 1 END, id
    ) AS kept
    FROM subscriptions
"""
_GOING = "SELECT id FROM kept_subscriptions WHERE id <> kept"
# As where somebody unsubscribes: what is begun stays as it is, and what is not begun is not posted any more.
_BROKEN_OFF = f"""
    UPDATE deliveries SET progress = 'dropped', reason = '{_WHY}'
    WHERE progress = 'waiting' AND subscription IN ({_GOING})
      AND NOT EXISTS (SELECT 1 FROM parts p WHERE p.delivery = deliveries.id AND p.state <> 'pending');
    UPDATE parts SET state = CASE WHEN state = 'sending' THEN 'unknown' ELSE 'skipped' END, reason = '{_WHY}'
    WHERE state IN ('pending', 'sending', 'stray') AND delivery IN (
        SELECT id FROM deliveries
        WHERE subscription IN ({_GOING}) AND (progress IN ('waiting', 'posting') OR reason = '{_WHY}')
    );
    UPDATE deliveries SET progress = CASE WHEN progress = 'posting' THEN 'done' ELSE 'unknown' END, reason = '{_WHY}'
    WHERE progress IN ('waiting', 'posting') AND subscription IN ({_GOING})
"""  # noqa: S608 - constants
_TO_KEPT = "SELECT k.kept FROM kept_subscriptions k WHERE k.id = {table}.subscription"
# An older release would post the issues of every newsletter there. Nothing is posted until a person says so.
_PAUSED = """
    UPDATE subscriptions
    SET pause_by = 'person', wake_at = CASE WHEN holder IS NULL THEN NULL ELSE wake_at END,
        pause_reason = 'it was for one newsletter, ' || newsletter || ', and this release posts all of them; '
                       || 'resume it if that is wanted'
    WHERE newsletter <> '' AND NOT ended
"""
_DECIDED = """
    INSERT INTO deliveries (workspace, channel, subscription, issue, due, decided, progress, taste, note, late, content,
                            reason)
    SELECT s.workspace, s.channel, s.id, i.identity, i.seen, i.seen, 'passed', s.taste, '', '', '',
           'it is of a newsletter that the channel was not subscribed to'
    FROM subscriptions s JOIN issues i ON i.seq > s.since AND i.newsletter <> s.newsletter
    WHERE s.newsletter <> '' AND NOT EXISTS (
        SELECT 1 FROM deliveries d
        WHERE d.workspace = s.workspace AND d.channel = s.channel AND d.issue = i.identity
    )
"""


def upgrade() -> None:
    """Add the columns. What a channel has is for all newsletters, as it was."""
    for table in ("subscriptions", "subscription_audit"):
        op.add_column(table, sa.Column("newsletter", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("subscriptions") as batch:
        batch.drop_constraint(_OLD, type_="unique")
        batch.create_unique_constraint(_NEW, ["workspace", "channel", "newsletter"])


def downgrade() -> None:
    """Take them away, and leave a channel one subscription: the one for all newsletters, or else the oldest.

    The others end, as if somebody had unsubscribed the channel; what was posted for them is the one's that stays. If
    that is for one newsletter only, it is paused, with that as its reason, and what is known of other newsletters is
    written down as decided: an older release would post it.
    """
    op.execute(_KEPT)
    for statement in _BROKEN_OFF.split(";"):
        op.execute(statement)
    for table in ("deliveries", "older_issues"):
        to_kept = _TO_KEPT.format(table=table)
        op.execute(f"UPDATE {table} SET subscription = ({to_kept}) WHERE subscription IN ({_GOING})")  # noqa: S608 - constants
    op.execute(f"DELETE FROM slots WHERE subscription IN ({_GOING})")  # noqa: S608 - constants
    op.execute(f"DELETE FROM subscriptions WHERE id IN ({_GOING})")  # noqa: S608 - constants
    op.execute(_DECIDED)
    op.execute(_PAUSED)
    op.execute("DROP TABLE kept_subscriptions")
    with op.batch_alter_table("subscriptions") as batch:
        batch.drop_constraint(_NEW, type_="unique")
        batch.create_unique_constraint(_OLD, ["workspace", "channel"])
        batch.drop_column("newsletter")
    op.drop_column("subscription_audit", "newsletter")

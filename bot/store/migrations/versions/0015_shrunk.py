"""What stays of a digest's messages once it can't be corrected any more."""

from __future__ import annotations

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BATCH = 200
"""Digests that are written back by one statement."""
_SHRUNK = sa.text(
    "SELECT delivery, at, ts, entries FROM shrunk_messages"
    " WHERE delivery BETWEEN :first AND :last ORDER BY delivery, at"
)
_PART = sa.text(
    "INSERT INTO parts (delivery, key, at, state, ts, hash, attempt, looks, reason, shown, sender, refusals, source)"
    " VALUES (:delivery, :ts, :at, 'sent', :ts, '', 1, 0, '', :shown, '', 0, '')"
)


def upgrade() -> None:
    """Add the tables, empty, and the column. The workers then fill them, so many digests an hour."""
    op.create_table(
        "shrunk_messages",
        sa.Column("ts", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("delivery", _KEY, sa.ForeignKey("deliveries.id"), autoincrement=False, nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ts", "delivery"),
        sqlite_with_rowid=False,
    )
    op.create_index("shrunk_messages_by_delivery", "shrunk_messages", ["delivery"])
    op.create_table(
        "shrunk_entries",
        sa.Column("id", _KEY, primary_key=True, autoincrement=True),
        sa.Column("hash", sa.Text(), nullable=False, unique=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
    )
    op.add_column("deliveries", sa.Column("shrunk", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("deliveries_to_shrink", "deliveries", ["shrunk", "decided"])


def downgrade() -> None:
    """Write the messages back as an older release knows them, and take the tables away.

    Their keys and hashes are lost. Without a version a digest counts as up to date there, so that nothing of it is
    posted or edited.
    """
    connection = op.get_bind()
    for rows in filter(None, _messages(connection)):
        connection.execute(_PART, rows)
    op.execute("UPDATE deliveries SET version = '' WHERE shrunk")
    op.drop_index("deliveries_to_shrink", "deliveries")
    op.drop_column("deliveries", "shrunk")
    op.drop_table("shrunk_messages")
    op.drop_table("shrunk_entries")


def _messages(connection: sa.Connection) -> Iterator[list[dict[str, object]]]:
    """Return the messages in batches, each with its ts and what it shows as the table parts has them."""
    entries = {
        row.id: [row.position, row.url, row.headline]
        for row in connection.execute(sa.text("SELECT id, position, url, headline FROM shrunk_entries"))
    }
    shrunk = connection.scalars(sa.text("SELECT id FROM deliveries WHERE shrunk ORDER BY id")).all()
    for start in range(0, len(shrunk), _BATCH):
        batch = shrunk[start : start + _BATCH]
        yield [
            {
                "delivery": row.delivery,
                "at": row.at,
                "ts": f"{row.ts // 1_000_000}.{row.ts % 1_000_000:06d}",
                "shown": json.dumps([entries[each] for each in _ids(row.entries) if each in entries]),
            }
            for row in connection.execute(_SHRUNK, {"first": batch[0], "last": batch[-1]})
        ]


def _ids(text: str) -> Iterator[int]:
    """Return the numbers of runs such as 5-9,3, in order."""
    for run in filter(None, text.split(",")):
        first, _, last = run.partition("-")
        yield from range(int(first), int(last or first) + 1)

"""Bookmarks by link: who keeps what, by which marks; what is kept already comes along."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.record.bookmark import Keeper, Link, Mark, keeper_of, link_json, moment, settled
from bot.record.delivery import shown_of

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the new tables, and carry over what people kept. Moments are microseconds since 1970 UTC."""
    before = op.get_bind().execute(sa.text(_BEFORE)).all()
    op.drop_table("bookmarks")
    op.create_table(
        "people",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("hinted", sa.BigInteger(), nullable=True),
        sa.Column("welcomed", sa.BigInteger(), nullable=True),
        sa.Column("pointed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user", "home", name="one_person_a_home"),
    )
    op.create_index("people_by_home", "people", ["home"], unique=False)
    op.create_table(
        "marks",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("person", KEY, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("noted", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person", "channel", "ts", "emoji", name="one_mark_a_way"),
    )
    op.create_index("marks_by_key", "marks", ["key", "person"], unique=False)
    op.create_table(
        "bookmarks",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("person", KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_at", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person", "key", name="one_bookmark_a_link"),
    )
    op.create_index("bookmarks_by_age", "bookmarks", ["person", "kept", "at", "id"], unique=False)
    op.create_index("bookmarks_by_read", "bookmarks", ["person", "kept", "read", "at", "id"], unique=False)
    op.create_table(
        "postings",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("postings_by_ts", "postings", ["ts", "channel"], unique=False)
    op.create_table(
        "forgotten",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    _carry_over(op.get_bind(), before)


def downgrade() -> None:
    """Go back to a bookmark a message: what reactions keep stays, what is kept otherwise has no place there."""
    back = op.get_bind().execute(sa.text(_BACK)).mappings().all()
    for table in ("forgotten", "postings", "bookmarks", "marks", "people"):
        op.drop_table(table)
    made = op.create_table(
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
    # One row a message: of several emoji on it the newest counts, as it did.
    rows = {(row["workspace"], row["user"], row["channel"], row["ts"]): row for row in back}
    made_of = [
        {**row, "event_ts": f"{row['event_ts'] // 1_000_000}.{row['event_ts'] % 1_000_000:06}"} for row in rows.values()
    ]
    if made_of:
        op.get_bind().execute(made.insert(), made_of)


# The emoji was not written down; nearly everybody has the one that is set unless somebody sets another.
_EMOJI = "bookmark"
_BEFORE = """
    SELECT b.workspace, b."user", b.channel, b.ts, b.event_ts, b.kept, b.at, found.issue, found.shown
    FROM bookmarks AS b LEFT JOIN (
        SELECT d.workspace, d.channel, d.issue, p.ts, p.shown FROM parts AS p JOIN deliveries AS d ON d.id = p.delivery
        WHERE p.ts <> ''
    ) AS found ON found.ts = b.ts AND found.workspace = b.workspace AND found.channel = b.channel
"""
_BACK = """
    SELECT m.workspace, p."user", m.channel, m.ts, m.at AS event_ts, m.held AS kept, m.at AS at
    FROM marks AS m JOIN people AS p ON p.id = m.person
    WHERE m.channel <> '' AND m.workspace <> '' ORDER BY m.at
"""


def _carry_over(connection: sa.Connection, before: Sequence[sa.Row[Any]]) -> None:
    """Write down what people kept as marks, and the bookmarks that follow from them."""
    marks: list[dict[str, Any]] = []
    held: dict[tuple[Keeper, str], list[Mark]] = defaultdict(list)
    for row in before:
        who, at = keeper_of(row.workspace, row.user), moment(row.event_ts)
        shown = shown_of(row.shown)
        link = Link(shown[0].url, shown[0].headline, "", row.issue, shown[0].position) if len(shown) == 1 else None
        key = link.key if link else None if row.shown is None else ""
        place = {"person": who, "channel": row.channel, "ts": row.ts, "emoji": _EMOJI, "workspace": row.workspace}
        text = link_json(link) if link else ""
        marks.append({**place, "held": bool(row.kept), "at": at, "key": key, "link": text, "noted": row.at})
        if link:
            held[who, link.key].append(Mark(bool(row.kept), at, link))
    kept = {pair: mark for pair, found in held.items() if (mark := settled(found, 0))}
    counts = Counter(who for who, _ in kept)
    people: dict[Keeper, int] = {}
    for who in {mark["person"]: None for mark in marks}:
        kept_by = {"kept": counts[who], "unread": counts[who], "since": 0}
        _insert(connection, "people", home=who.home, user=who.user, **kept_by)
    for row in connection.execute(sa.text('SELECT id, home, "user" FROM people')):
        people[Keeper(row.home, row.user)] = row.id
    for each in marks:
        _insert(connection, "marks", **{**each, "person": people[each["person"]], "shared": False})
    for (who, key), mark in kept.items():
        said = {"url": mark.link.url, "headline": mark.link.headline, "text": mark.link.text, "issue": mark.link.issue}
        flags = {"read": False, "read_at": 0, "note": "", "note_at": 0, "removed": 0, "kept": True, "at": mark.at}
        _insert(connection, "bookmarks", person=people[who], key=key, position=mark.link.position, **said, **flags)


def _insert(connection: sa.Connection, name: str, **values: Any) -> None:
    connection.execute(sa.table(name, *(sa.column(each) for each in values)).insert().values(**values))

"""The tables of the archive as it was seen: issues, looks, what is broken; and what its workers note."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, Table, Text, true

from bot.store.columns import KEY, Moment, metadata

issues = Table(
    "issues",
    metadata,
    Column("seq", KEY, primary_key=True, autoincrement=True),
    Column("identity", Text, nullable=False, unique=True),
    Column("links", JSON, nullable=False),
    # Its number, title, day and a sample of its text; empty until this release has seen its file.
    Column("marks", JSON, nullable=False, default=dict, server_default="{}"),
    # A hash of what was read of its file, and one of the file's own text: only another text is a correction.
    Column("content", Text, nullable=False),
    Column("source", Text, nullable=False, default="", server_default=""),
    # When it came out, and whether it was new then: by the date it had and the last good look before that moment.
    Column("seen", Moment, nullable=False),
    Column("is_new", Boolean, nullable=False, default=True, server_default=true()),
    Column("dated", Moment),
    Column("last_look", Moment),
    Column("newsletter", Text, nullable=False, default="", server_default=""),
)
slugs = Table(
    "slugs",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("identity", Text, ForeignKey("issues.identity"), nullable=False),
)
archive_looks = Table(
    "archive_looks",
    metadata,
    # The slug of the newsletter whose archive it is.
    Column("newsletter", Text, primary_key=True),
    # The last look that saw issues.
    Column("at", Moment, nullable=False),
)
issues_ahead = Table(
    "issues_ahead",
    metadata,
    # What the first look at the archive saw dated ahead, until it comes out.
    Column("newsletter", Text, primary_key=True),
    Column("slug", Text, primary_key=True),
)
broken_files = Table(
    "broken_files",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("file", Text, primary_key=True),
    Column("line", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("advice", Text, nullable=False),
    # When it was first seen so, when people were told (NULL: not yet), and when it was readable or gone again.
    Column("seen", Moment, nullable=False),
    Column("told", Moment),
    Column("mended", Moment),
    # It came after the database's first good look at the archive.
    Column("is_new", Boolean, nullable=False),
)
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("newsletter", Text, primary_key=True),
    # A worker ran then; and it stopped by itself after that.
    Column("at", Moment, nullable=False),
    Column("stopped", Boolean, nullable=False),
)
posting_gaps = Table(
    "posting_gaps",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=True),
    Column("newsletter", Text, nullable=False),
    # Between the two no worker wrote a heartbeat into this database.
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("stopped", Boolean, nullable=False),
)
second_bots = Table(
    "second_bots",
    metadata,
    # The last message that a second bot was seen by in the workspace.
    Column("workspace", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("issue", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("seen", Moment, nullable=False),
    # When somebody was told (NULL: not yet).
    Column("told", Moment),
)
misses = Table(
    "misses",
    metadata,
    # Searches without a strong answer, by day (2026-11-30): words only, and nobody's. "" is the unnamed newsletter.
    Column("newsletter", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("query", Text, primary_key=True),
    Column("grade", Text, nullable=False),
    Column("count", Integer, nullable=False),
)

"""The tables of people: what they saved, what they asked, and where."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from bot.store.columns import KEY, Moment, metadata

people = Table(
    "people",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=True),
    # The organisation or workspace that the person belongs to; "" as long as only shared channels told of them.
    Column("home", Text, nullable=False),
    Column("user", Text, nullable=False),
    # Counted as bookmarks come and go, so that a page of a list costs the same however long the list is.
    Column("kept", Integer, nullable=False, default=0),
    Column("unread", Integer, nullable=False, default=0),
    # They asked to be forgotten then: what happened before is not written down again.
    Column("since", BigInteger, nullable=False, default=0),
    # When they were told how keeping works, when they were shown the first steps, when the way to keep from anywhere.
    Column("hinted", Moment),
    Column("welcomed", Moment),
    Column("pointed", Moment),
    UniqueConstraint("user", "home", name="one_person_a_home"),
    Index("people_by_home", "home"),
)
marks = Table(
    "marks",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=True),
    Column("person", KEY, ForeignKey("people.id"), nullable=False),
    # Where: a message and an emoji; by hand, "" and the link's key and "".
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("emoji", Text, nullable=False),
    # There or gone since `at`, microseconds by Slack's clock.
    Column("held", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    # Which link: its key; "" for none, NULL as long as nobody knows what the message shows.
    Column("key", Text),
    Column("link", Text, nullable=False, default=""),
    # Where the event came from, and whether its channel is shared with others: for what is not known yet.
    Column("workspace", Text, nullable=False, default=""),
    Column("shared", Boolean, nullable=False, default=False),
    Column("noted", Moment, nullable=False),
    UniqueConstraint("person", "channel", "ts", "emoji", name="one_mark_a_way"),
    Index("marks_by_key", "key", "person"),
)
bookmarks = Table(
    "bookmarks",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=True),
    Column("person", KEY, ForeignKey("people.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("kept", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False, default=0),
    Column("url", Text, nullable=False, default=""),
    Column("headline", Text, nullable=False, default=""),
    Column("text", Text, nullable=False, default=""),
    Column("issue", Text, nullable=False, default=""),
    Column("position", Integer, nullable=False, default=-1),
    Column("read", Boolean, nullable=False, default=False),
    Column("read_at", BigInteger, nullable=False, default=0),
    Column("note", Text, nullable=False, default=""),
    Column("note_at", BigInteger, nullable=False, default=0),
    # Whatever happened up to here is gone.
    Column("removed", BigInteger, nullable=False, default=0),
    UniqueConstraint("person", "key", name="one_bookmark_a_link"),
    Index("bookmarks_by_age", "person", "kept", "at", "id"),
    Index("bookmarks_by_read", "person", "kept", "read", "at", "id"),
)
postings = Table(
    "postings",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=True),
    Column("workspace", Text, nullable=False),
    Column("channel", Text, nullable=False),
    # "" while it is on its way.
    Column("ts", Text, nullable=False, default=""),
    # Numbered for the reader and posted by the bot, or somebody else's message.
    Column("ours", Boolean, nullable=False),
    Column("links", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("postings_by_ts", "ts", "channel"),
)
forgotten = Table(
    "forgotten",
    metadata,
    # Of home and user, so that nothing says who it was.
    Column("hash", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
teams = Table(
    "teams",
    metadata,
    # An organisation's or workspace's id. Without a row, what people keep is counted together.
    Column("home", Text, primary_key=True),
    Column("counted", Boolean, nullable=False),
)
ask_threads = Table(
    "ask_threads",
    metadata,
    # One person's thread with the bot, for a day after its last turn.
    Column("workspace", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("thread", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    # The ts of the last message that was answered, so that it sorts; what was asked and shown, as JSON, "" for nothing.
    Column("last", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ask_threads_by_age", "at"),
    Index("ask_threads_by_user", "user"),
)

"""The tables, for queries. What makes and changes them are the migrations beside this module."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    true,
)

from bot.domain.clock import microseconds, moment_of


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as microseconds since 1970 UTC: the same order and exactness in both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - its signature
        """Count the microseconds."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """Read the microseconds."""
        return None if value is None else moment_of(int(value))


_Key = BigInteger().with_variant(Integer, "sqlite")
metadata = MetaData()

issues = Table(
    "issues",
    metadata,
    Column("seq", _Key, primary_key=True, autoincrement=True),
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
    Column("id", _Key, primary_key=True, autoincrement=True),
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
slugs = Table(
    "slugs",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("identity", Text, ForeignKey("issues.identity"), nullable=False),
)
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=True),
    Column("workspace", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("schedule", Text, nullable=False),
    Column("taste", JSON, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("cursor", Moment),
    Column("pause_by", Text),
    Column("pause_reason", Text),
    Column("ended", Boolean, nullable=False, default=False),
    # Slack said at `limited_at` that nothing may be posted here before `limited_until` (429).
    Column("limited_at", Moment),
    Column("limited_until", Moment),
    # When the channel next wants attention; while somebody holds it, when the lease ends.
    Column("wake_at", Moment),
    Column("holder", Text),
    # Somebody asked for attention while it was held.
    Column("again", Boolean, nullable=False, default=False),
    # The order number of the last issue of which the subscriber was told that it was not new.
    Column("told", BigInteger, nullable=False, default=0, server_default="0"),
    # Who may change it (bot.domain.subscription_settings.Access).
    Column("access", Text, nullable=False, default="everybody", server_default="everybody"),
    UniqueConstraint("workspace", "channel", name="one_subscription_a_channel"),
    Index("subscriptions_by_wake", "wake_at"),
    Index("subscriptions_by_holder", "holder"),
)
subscription_audit = Table(
    "subscription_audit",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=True),
    Column("workspace", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("at", Moment, nullable=False),
    # "" once that person has asked to be forgotten; the owners too.
    Column("user", Text, nullable=False),
    # The settings without the owner; NULL where the channel was not subscribed.
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("owner_before", Text, nullable=False, default="", server_default=""),
    Column("owner_after", Text, nullable=False, default="", server_default=""),
    # The change that this one undid.
    Column("undoes", BigInteger),
    Index("subscription_audit_by_channel", "workspace", "channel", "id"),
)
slots = Table(
    "slots",
    metadata,
    Column("subscription", _Key, ForeignKey("subscriptions.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=True),
    Column("workspace", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("subscription", _Key, ForeignKey("subscriptions.id"), nullable=False),
    Column("issue", Text, nullable=False),
    Column("due", Moment, nullable=False),
    Column("decided", Moment, nullable=False),
    Column("progress", Text, nullable=False),
    Column("taste", JSON, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("late", Text, nullable=False, default=""),
    Column("content", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    # A ts of Slack's before which its channel message cannot be; "" where none is known.
    Column("after", Text, nullable=False, default="", server_default=""),
    # The hash of the issue's text as last shown, and the version of the code that its messages' hashes are by.
    Column("source", Text, nullable=False, default="", server_default=""),
    Column("version", Text, nullable=False, default="", server_default=""),
    # A person asked for it, though it is not posted by itself.
    Column("requested", Boolean, nullable=False, default=False, server_default=false()),
    # Its posted messages are in the table shrunk_messages: they are never corrected again.
    Column("shrunk", Boolean, nullable=False, default=False, server_default=false()),
    # Who took it back (a user id, "operator", or "" where nobody knows), and when; NULL as long as nobody has.
    Column("retracted_by", Text, nullable=False, default="", server_default=""),
    Column("retracted_at", Moment),
    UniqueConstraint("workspace", "channel", "issue", name="one_delivery_an_issue"),
    Index("deliveries_by_subscription", "subscription", "progress"),
    Index("deliveries_by_issue", "issue"),
    # Not a partial index: naming PostgreSQL's condition here would import its dialect at every start (0.02 s).
    Index("deliveries_to_shrink", "shrunk", "decided"),
)
older_issues = Table(
    "older_issues",
    metadata,
    # What a subscriber is asked once: whether issues that are not posted by themselves should be.
    Column("id", _Key, primary_key=True, autoincrement=True),
    Column("subscription", _Key, ForeignKey("subscriptions.id"), nullable=False),
    # The issues' order numbers, as "5-9,12".
    Column("numbers", Text, nullable=False),
    Column("made", Moment, nullable=False),
    # When the message went out; NULL as long as no worker has taken it on.
    Column("said", Moment),
    # "" as long as nobody has answered; then "all", "some" or "none", and when.
    Column("answer", Text, nullable=False, default="", server_default=""),
    Column("answered", Moment),
    Index("older_issues_by_subscription", "subscription", "said"),
)
parts = Table(
    "parts",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=True),
    Column("delivery", _Key, ForeignKey("deliveries.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("ts", Text, nullable=False, default=""),
    Column("hash", Text, nullable=False, default=""),
    Column("attempt", Integer, nullable=False, default=0),
    Column("attempted", Moment),
    Column("looks", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("shown", Text),
    # Which worker made the attempt: tells its own from another's of the same number.
    Column("sender", Text, nullable=False, default=""),
    # Refusals, of a post or of an edit, with a word that nobody knows.
    Column("refusals", Integer, nullable=False, default=0, server_default="0"),
    # A hash of what the issue says where the message shows it; "" where nobody knows.
    Column("source", Text, nullable=False, default="", server_default=""),
    UniqueConstraint("delivery", "key", name="one_part_a_key"),
    Index("parts_by_ts", "ts"),
)
shrunk_messages = Table(
    "shrunk_messages",
    metadata,
    # What stays of a message once its digest can't be corrected any more: enough for a reaction and to delete it.
    # The ts of Slack's in microseconds, which order it has in its digest, and the ids of the entries that it shows.
    Column("ts", BigInteger, primary_key=True, autoincrement=False),
    Column("delivery", _Key, ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
    Column("at", Integer, nullable=False),
    Column("entries", Text, nullable=False),
    Index("shrunk_messages_by_delivery", "delivery"),
    sqlite_with_rowid=False,
)
shrunk_entries = Table(
    "shrunk_entries",
    metadata,
    # An entry as messages show it, once for all channels; the hash is of the other columns.
    Column("id", _Key, primary_key=True, autoincrement=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("position", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("headline", Text, nullable=False),
    # The entry's number that its messages show, 0 for none and where they were posted before it was recorded.
    Column("number", Integer, nullable=False, default=0, server_default="0"),
)
people = Table(
    "people",
    metadata,
    Column("id", _Key, primary_key=True, autoincrement=True),
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
    Column("id", _Key, primary_key=True, autoincrement=True),
    Column("person", _Key, ForeignKey("people.id"), nullable=False),
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
    Column("id", _Key, primary_key=True, autoincrement=True),
    Column("person", _Key, ForeignKey("people.id"), nullable=False),
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
    Column("id", _Key, primary_key=True, autoincrement=True),
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

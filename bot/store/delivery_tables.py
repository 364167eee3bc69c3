"""The tables of delivery: subscriptions and their changes, what is delivered to them, and its messages."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.store.columns import KEY, Moment, metadata

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=True),
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
    # The slug of the newsletter that it is for; "" for all that there are.
    Column("newsletter", Text, nullable=False, default="", server_default=""),
    UniqueConstraint("workspace", "channel", "newsletter", name="one_subscription_a_newsletter"),
    Index("subscriptions_by_wake", "wake_at"),
    Index("subscriptions_by_holder", "holder"),
)
subscription_audit = Table(
    "subscription_audit",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=True),
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
    # The subscription's.
    Column("newsletter", Text, nullable=False, default="", server_default=""),
    Index("subscription_audit_by_channel", "workspace", "channel", "id"),
)
slots = Table(
    "slots",
    metadata,
    Column("subscription", KEY, ForeignKey("subscriptions.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", KEY, primary_key=True, autoincrement=True),
    Column("workspace", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("subscription", KEY, ForeignKey("subscriptions.id"), nullable=False),
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
    Column("id", KEY, primary_key=True, autoincrement=True),
    Column("subscription", KEY, ForeignKey("subscriptions.id"), nullable=False),
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
    Column("id", KEY, primary_key=True, autoincrement=True),
    Column("delivery", KEY, ForeignKey("deliveries.id"), nullable=False),
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
    Column("delivery", KEY, ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
    Column("at", Integer, nullable=False),
    Column("entries", Text, nullable=False),
    Index("shrunk_messages_by_delivery", "delivery"),
    sqlite_with_rowid=False,
)
shrunk_entries = Table(
    "shrunk_entries",
    metadata,
    # An entry as messages show it, once for all channels; the hash is of the other columns.
    Column("id", KEY, primary_key=True, autoincrement=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("position", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("headline", Text, nullable=False),
    # The entry's number that its messages show, 0 for none and where they were posted before it was recorded.
    Column("number", Integer, nullable=False, default=0, server_default="0"),
)

"""The tables, for queries. What makes and changes them are the migrations beside this module."""

from __future__ import annotations

from bot.store.archive_tables import (
    archive_looks,
    broken_files,
    heartbeats,
    issues,
    issues_ahead,
    misses,
    posting_gaps,
    second_bots,
    slugs,
)
from bot.store.columns import Moment, metadata
from bot.store.delivery_tables import (
    deliveries,
    older_issues,
    parts,
    shrunk_entries,
    shrunk_messages,
    slots,
    subscription_audit,
    subscriptions,
)
from bot.store.people_tables import ask_threads, bookmarks, forgotten, marks, people, postings, teams

__all__ = [
    "Moment",
    "archive_looks",
    "ask_threads",
    "bookmarks",
    "broken_files",
    "deliveries",
    "forgotten",
    "heartbeats",
    "issues",
    "issues_ahead",
    "marks",
    "metadata",
    "misses",
    "older_issues",
    "parts",
    "people",
    "posting_gaps",
    "postings",
    "second_bots",
    "shrunk_entries",
    "shrunk_messages",
    "slots",
    "slugs",
    "subscription_audit",
    "subscriptions",
    "teams",
]

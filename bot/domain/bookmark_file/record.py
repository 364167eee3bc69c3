"""A bookmark as it leaves or comes in: what a file of any kind says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

URL_MAX_CHARS = 3_000
"""Characters of an address (Slack: the url of a button or option)."""
TITLE_MAX_CHARS = 300
NOTE_MAX_CHARS = 500
"""Characters of a bookmark's title and of its note, brought in or kept here."""


class Format(StrEnum):
    """What a list is written as."""

    HTML = "html"
    """Browser bookmarks: the Netscape bookmark file that every browser reads and writes."""
    MARKDOWN = "markdown"
    CSV = "csv"
    JSONL = "jsonl"
    """JSON Lines: one object a line."""

    @property
    def file_name(self) -> str:
        """Return the name of a file of this kind."""
        return f"bookmarks.{'md' if self is Format.MARKDOWN else self.value}"


@dataclass(frozen=True, slots=True)
class ExportedBookmark:
    """One link: its `url` as it was kept, its `title` on one line, its `note` ("" if none), and whether it was read.

    `at` is when it was kept: aware, in UTC and exact to the second: a bookmark file has no finer time. `newsletter` is
    the slug of the one that it is from, "" if it is from none or there is only one.
    """

    url: str
    title: str
    note: str = ""
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    read: bool = False
    newsletter: str = ""

"""Web Archive links: where to find a page that has changed or gone since an issue linked it."""

from __future__ import annotations

from datetime import date, datetime

from archive.link import is_http
from bot.slack.blocks.mrkdwn import link

ARCHIVED_AFTER_YEARS = 2
"""Years after which a link gets a second one beside it: by then many pages have moved, changed or gone."""
URL_MAX_CHARS = 300
"""Characters of an address that gets one: two long ones would not fit a message of many (bot.slack.blocks.blocks)."""


def as_it_was(url: str, published: datetime | None, today: date) -> str:
    """Return the Web Archive address of the copy of `url` nearest to the day its issue came out, "" for a younger one.

    It is built, never fetched (Internet Archive: web.archive.org/web/YYYYMMDD/URL leads to the nearest copy there is).
    """
    if published is None or len(url) > URL_MAX_CHARS or not is_http(url):
        return ""
    day = published.date()
    aged = (today.year - day.year, today.month, today.day) >= (ARCHIVED_AFTER_YEARS, day.month, day.day)
    return f"https://web.archive.org/web/{day:%Y%m%d}/{url}" if aged else ""


def web_archive_link(url: str, published: datetime | None, today: date) -> str:
    """Return the same as markup, "" where there is nothing to give."""
    address = as_it_was(url, published, today)
    return link(address, "as it was") if address else ""

"""One link that a person kept, as its row in a list: the same in what a command answers and on the Home tab."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from archive.link import is_http
from bot.domain.bookmark_file.record import URL_MAX_CHARS
from bot.domain.text import one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.dates import short_date
from bot.slack.blocks.message import Block
from bot.slack.blocks.mrkdwn import bold, clip, host, link, shown
from bot.slack.blocks.web_archive import web_archive_link

ACTION = "kept"
"""The menu beside a row: its action is `kept:NUMBER`, the chosen option's value says what and which."""
READ, UNREAD, NOTE, REMOVE, OPEN = "read", "unread", "note", "remove", "open"

_LINKED_MAX_CHARS = 500
"""A longer address is opened from the menu: ten such in the text would be more than a message may hold."""
_NOTE_MAX_CHARS = 200
_CHOICE = re.compile(rf"({READ}|{UNREAD}|{NOTE}|{REMOVE}|{OPEN}):([0-9a-f]{{32}})")


@dataclass(frozen=True, slots=True)
class SavedRow:
    """What a row shows: the link's `key`, `url` ("" if none) and `headline`, whether it is `read`, and its `note`.

    `issue` is the short name of the issue it stood in, "" where the archive does not know it, and `published` that
    issue's date.
    """

    key: str
    url: str
    headline: str
    issue: str = ""
    published: datetime | None = None
    read: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class RowChoice:
    """What was chosen from a row's menu: `what` to do with the link `key`."""

    what: str
    key: str

    @classmethod
    def parse(cls, value: str) -> RowChoice | None:
        """Read an option's value; None for anything that no row has."""
        match = _CHOICE.fullmatch(value)
        return cls(match[1], match[2]) if match else None

    @property
    def at_once(self) -> bool:
        """Say whether it is done at once, so that the list is another one: neither a form nor a mere link."""
        return self.what in {READ, UNREAD, REMOVE}


def row(kept: SavedRow, number: int, today: date, block_id: str = "") -> Block:
    """Make a row, with a menu beside it; `number` tells it from the others of its message."""
    made: dict[str, Any] = {**blocks.section(words(kept, today), menu(kept, number))}
    if block_id:
        made["block_id"] = block_id
    return made


def words(kept: SavedRow, today: date) -> str:
    """Give a row's text: the link (bold while it is unread), where it stood, and the note."""
    head = one_line(kept.headline) or shown(kept.url) or "·"
    linked = link(kept.url, head) if kept.url and len(kept.url) <= _LINKED_MAX_CHARS else clip(head, 150)
    where = [clip(host(kept.url), 60), clip(kept.issue, 80)]
    if kept.published is not None:
        where.append(short_date(kept.published))
    where.append(web_archive_link(kept.url, kept.published, today))
    lines = [linked if kept.read else bold(linked), " · ".join(filter(None, where))]
    if note := one_line(kept.note):
        lines.append(f"Note: {clip(note, _NOTE_MAX_CHARS)}")
    return "\n".join(filter(None, lines))


def menu(kept: SavedRow, number: int) -> Block:
    """Make the menu beside a row."""
    options = [
        _option("Mark as unread" if kept.read else "Mark as read", UNREAD if kept.read else READ, kept.key),
        _option("Edit the note" if kept.note else "Add a note", NOTE, kept.key),
        _option("Remove", REMOVE, kept.key),
    ]
    if (
        _LINKED_MAX_CHARS < len(kept.url) <= URL_MAX_CHARS
        and is_http(kept.url)
        and kept.url.isprintable()
        and " " not in kept.url
    ):
        options.insert(0, {**_option("Open the link", OPEN, kept.key), "url": kept.url})
    return {"type": "overflow", "action_id": f"{ACTION}:{number}", "options": options}


def _option(text: str, what: str, key: str) -> dict[str, Any]:
    return {"text": blocks.plain(text, 75), "value": f"{what}:{key}"}

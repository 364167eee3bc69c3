"""One bookmark as a row, in command answers and on the Home tab, and the form for its note."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from archive.link import is_http
from bot.domain.bookmark_file.record import NOTE_MAX_CHARS, URL_MAX_CHARS
from bot.domain.text import clean, one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.dates import short_date
from bot.slack.blocks.message import Block
from bot.slack.blocks.mrkdwn import bold, clip, host, link, shown
from bot.slack.blocks.web_archive import web_archive_link

ACTION = "kept"
"""The menu beside a row has the action `kept:NUMBER`; an option's value is `what:key`."""
READ, UNREAD, NOTE, REMOVE, OPEN = "read", "unread", "note", "remove", "open"

_LINKED_MAX_CHARS = 500
"""Longer addresses are opened from the menu, since ten of them would not fit the text of a message."""
_NOTE_MAX_CHARS = 200
_HEADLINE_MAX_CHARS = 210
"""Characters of a headline in a note's form, 200 and the signs that make it bold."""
_CHOICE = re.compile(rf"({READ}|{UNREAD}|{NOTE}|{REMOVE}|{OPEN}):([0-9a-f]{{32}})")
NOTE_CALLBACK = NOTE_FIELD = "note"
"""The callback id of a note's form, and the block and action id of its field."""
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A bookmark to show: the link's `key`, `url` ("" if none) and `headline`, whether it is `read`, and its `note`.

    `issue` is the short name of the issue the link is from, "" if it is not from the archive, and `published` that
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
    """A choice from a row's menu: `what` to do with the link `key`."""

    what: str
    key: str

    @classmethod
    def parse(cls, value: str) -> RowChoice | None:
        """Return the choice of an option's value, None if no row has that value."""
        match = _CHOICE.fullmatch(value)
        return cls(match[1], match[2]) if match else None

    @property
    def at_once(self) -> bool:
        """Return whether it changes the list at once, unlike a choice that opens a form or a link."""
        return self.what in {READ, UNREAD, REMOVE}


def row(saved: SavedRow, number: int, today: date, block_id: str = "") -> Block:
    """Return a row with its menu; `number` tells it from the other rows of the message."""
    made: dict[str, Any] = {**blocks.section(words(saved, today), menu(saved, number))}
    if block_id:
        made["block_id"] = block_id
    return made


def words(saved: SavedRow, today: date) -> str:
    """Return a row's text: the link (bold if unread), its site and issue, and the note."""
    head = one_line(saved.headline) or shown(saved.url) or "·"
    linked = link(saved.url, head) if saved.url and len(saved.url) <= _LINKED_MAX_CHARS else clip(head, 150)
    where = [clip(host(saved.url), 60), clip(saved.issue, 80)]
    if saved.published is not None:
        where.append(short_date(saved.published))
    where.append(web_archive_link(saved.url, saved.published, today))
    lines = [linked if saved.read else bold(linked), " · ".join(filter(None, where))]
    if note := one_line(saved.note):
        lines.append(f"Note: {clip(note, _NOTE_MAX_CHARS)}")
    return "\n".join(filter(None, lines))


def menu(saved: SavedRow, number: int) -> Block:
    """Return the menu beside a row."""
    options = [
        _option("Mark as unread" if saved.read else "Mark as read", UNREAD if saved.read else READ, saved.key),
        _option("Edit the note" if saved.note else "Add a note", NOTE, saved.key),
        _option("Remove", REMOVE, saved.key),
    ]
    if (
        _LINKED_MAX_CHARS < len(saved.url) <= URL_MAX_CHARS
        and is_http(saved.url)
        and saved.url.isprintable()
        and " " not in saved.url
    ):
        options.insert(0, {**_option("Open the link", OPEN, saved.key), "url": saved.url})
    return {"type": "overflow", "action_id": f"{ACTION}:{number}", "options": options}


def _option(text: str, what: str, key: str) -> dict[str, Any]:
    return {"text": blocks.plain(text, 75), "value": f"{what}:{key}"}


def note_form(key: str, headline: str, note: str, *, home: str = "") -> Block:
    """Return the form for a note on the link `key`; `home` is the state of the Home tab, "" if opened elsewhere."""
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": NOTE_FIELD,
        "multiline": True,
        "max_length": NOTE_MAX_CHARS,
    }
    if note := clean(note)[:NOTE_MAX_CHARS]:
        element["initial_value"] = note
    return {
        "type": "modal",
        "callback_id": NOTE_CALLBACK,
        "title": blocks.plain("Your note", 24),
        "submit": blocks.plain("Save", 24),
        "close": blocks.plain("Cancel", 24),
        "private_metadata": json.dumps({"key": key, "home": clean(home)[:2_000]}, ensure_ascii=False),
        "blocks": [
            blocks.section(bold(clip(one_line(headline) or "·", 200))),
            {
                "type": "input",
                "block_id": NOTE_FIELD,
                "optional": True,
                "label": blocks.plain("Only you see it", 2_000),
                "element": element,
            },
        ],
    }


def noted_link(view: Mapping[str, Any]) -> str:
    """Return the link that a submitted note is on, as its form shows it (markup); "" for anything else."""
    try:
        shown = view["blocks"][0]["text"]["text"]
    except (LookupError, TypeError):
        return ""
    return shown if isinstance(shown, str) and len(shown) <= _HEADLINE_MAX_CHARS else ""


def read_note(view: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return the link's key, the text and the Home tab's state of a submitted form, None for anything else."""
    try:
        state = json.loads(str(view.get("private_metadata", ""))[:3_000])
        key, home = state["key"], state["home"]
        text = view["state"]["values"][NOTE_FIELD][NOTE_FIELD]["value"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not (isinstance(key, str) and _KEY.fullmatch(key) and isinstance(home, str)):
        return None
    return (key, text or "", home) if isinstance(text, str | None) else None

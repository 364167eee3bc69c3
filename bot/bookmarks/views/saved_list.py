"""A person's bookmarks as a list."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import date

from bot.bookmarks.views.saved_row import SavedRow, row
from bot.domain.text import one_line
from bot.lookup.views.answer import MAX_RESULTS, QUERY_MAX_CHARS, SearchRequest, quoted
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import bold, clip, escape

PAGE_LINKS = 10
"""Bookmarks on a page."""

# The share of a message for its rows (limits: bot.slack.blocks.blocks); the rest is for the blocks around them.
_TEXT_MAX_CHARS = blocks.TEXT_MAX_CHARS - 1_500
_JSON_MAX_CHARS = 12_000
_MAX_OFFSET = 1_000_000
_PLACE = re.compile(r"mine:([0-9a-f]{32}):(\d{1,7}):(.*)", re.ASCII | re.DOTALL)
_BLOCK_ID = 255  # Slack: reference/block-kit/blocks


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list: the query ("": all bookmarks) and how many rows come before the page.

    Buttons and rows carry it; what comes back from them is checked.
    """

    query: str = ""
    offset: int = 0

    def at(self, offset: int) -> Listing:
        """Return another page of the same list."""
        return Listing(self.query, offset)

    def as_value(self) -> str:
        """Return it as a button's value."""
        return json.dumps({"q": self.query, "o": self.offset}, ensure_ascii=False)

    @classmethod
    def read(cls, value: str) -> Listing | None:
        """Return the page of a button's value, None if no button has that value."""
        try:
            fields = json.loads(value) if len(value) <= blocks.BUTTON_VALUE_MAX_CHARS else None
        except (ValueError, RecursionError):
            return None
        return cls.of(fields) if isinstance(fields, dict) else None

    @classmethod
    def of(cls, fields: dict[str, object]) -> Listing | None:
        """Return the page of the fields `q` and `o`, None if one is missing or invalid."""
        query, offset = fields.get("q"), fields.get("o")
        if not isinstance(query, str) or len(one_line(query)) > QUERY_MAX_CHARS or type(offset) is not int:
            return None
        return cls(one_line(query), offset) if 0 <= offset <= _MAX_OFFSET else None

    def place(self, key: str) -> str:
        """Return a row's block_id, which names its page, or the list's beginning if the query is too long."""
        said = f"mine:{key}:{self.offset}:{self.query}"
        return said if len(said) <= _BLOCK_ID else f"mine:{key}:0:"

    @classmethod
    def of_place(cls, block_id: str) -> Listing:
        """Return the page of a row's block_id; for any other text, the beginning of the list."""
        match = _PLACE.fullmatch(block_id)
        return cls(one_line(match[3])[:QUERY_MAX_CHARS], int(match[2])) if match else cls()


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a person's bookmarks: its `rows`, which `listing` it is, and the `total` over all pages.

    `unread` counts all unread bookmarks. For a query without results `meant` suggests other queries; `problems` has
    notes on the parts of a query that were not understood.
    """

    rows: tuple[SavedRow, ...]
    listing: Listing
    total: int
    unread: int = 0
    meant: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def saved(page: Listed, today: date, names: CommandNames) -> Message:
    """Return a page as a message, with a menu for each row and buttons to the other pages."""
    if not page.rows:
        return _nothing(page, names)
    rows = _rows(page, today)
    page = replace(page, rows=page.rows[: len(rows)])
    made: list[Block] = [blocks.context(summary(page)), *rows, *blocks.notes(page.problems)]
    if buttons := [*page_buttons(page, "saved"), *_on(page)]:
        made.append(blocks.actions(buttons))
    heads = "; ".join(one_line(each.headline) for each in page.rows)
    said = f"{page.listing.query}: {page.total} of your links" if page.listing.query else f"You saved {page.total}"
    return Message(clip(f"{said}: {heads}", 900), tuple(made))


def _rows(page: Listed, today: date) -> list[Block]:
    """Return the rows that fit one message, at least one; the rest comes on the next page."""
    made: list[Block] = []
    text = size = 0
    for number, each in enumerate(page.rows):
        block = row(each, number, today, page.listing.place(each.key))
        text += blocks.weight(block)
        size += len(json.dumps(block, ensure_ascii=False))
        if made and (text > _TEXT_MAX_CHARS or size > _JSON_MAX_CHARS):
            break
        made.append(block)
    return made


def summary(page: Listed) -> str:
    """Return the line above a page: the query, the total, and which part of it the page is."""
    first, count = page.listing.offset + 1, f"{page.total:,} link{'s' * (page.total != 1)}"
    where = f", {first}–{first + len(page.rows) - 1}" if page.total > len(page.rows) else ""
    if query := page.listing.query:
        return f"{bold(quoted(query))} · {count} of yours{where}"
    unread = f" · {page.unread:,} unread" if page.unread else ""
    return f"*You saved {count}*{where}{unread}"


def page_buttons(page: Listed, action: str) -> list[Block]:
    """Return the buttons to the pages before and after, with the actions `action:back` and `action:next`."""
    last, row_ = page.listing.offset + len(page.rows), []
    ranked = bool(page.listing.query)
    if page.listing.offset:
        value = page.listing.at(max(0, page.listing.offset - PAGE_LINKS)).as_value()
        row_.append(blocks.button("‹ Back" if ranked else "‹ Newer", f"{action}:back", value))
    if last < page.total and (not ranked or last < MAX_RESULTS):
        label = "More ›" if ranked else "Older ›"
        row_.append(blocks.button(label, f"{action}:next", page.listing.at(last).as_value()))
    return row_


def _nothing(page: Listed, names: CommandNames) -> Message:
    query = page.listing.query
    if not query:
        how = f"React to a link with :{escape(names.bookmark)}:, or press Save beside one, and it is listed here."
        return blocks.says(f"You have saved nothing yet. {how}" if not page.total else "There is nothing more.")
    said = f"Nothing you saved is about *{quoted(query)}*."
    made: list[Block] = [blocks.section(said), *blocks.notes(page.problems)]
    meant = [
        blocks.button(other, f"saved:meant:{number}", Listing(one_line(other)[:QUERY_MAX_CHARS]).as_value())
        for number, other in enumerate(page.meant[:3])
    ]
    if meant:
        made += [blocks.context("Did you mean"), blocks.actions(meant)]
    made.append(blocks.actions(_on(page)))
    return Message(clip(f"Nothing you saved is about {query}.", 600), tuple(made))


def _on(page: Listed) -> list[Block]:
    """Return a search's buttons: the query in the whole archive and, without results, the words as typed there too."""
    query = page.listing.query
    if not query:
        return []
    row_ = [blocks.button("Search the whole archive", "search:all", SearchRequest(query).as_value())]
    if not page.rows and len(typed := f"saved {query}") <= QUERY_MAX_CHARS:
        row_.append(
            blocks.button(f"Search it for “{clip(typed, 40)}”", "search:typed", SearchRequest(typed).as_value())
        )
        row_.append(blocks.button("All my bookmarks", "saved:all", Listing().as_value()))
    return row_

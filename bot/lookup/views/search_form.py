"""The form of the shortcut "Search the archive": a field, and below it what was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.text import clean, one_line
from bot.lookup.views.answer import QUERY_MAX_CHARS
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block, Message

CALLBACK = "search_form"
QUERY = "query"
"""The block and action id of its field."""
_SHOWN = frozenset({"section", "context", "header", "divider"})


def form(query: str = "", found: Message | None = None) -> Block:
    """Return the form, after a search with what was `found`: its links, without the buttons of a message."""
    field = {"type": "plain_text_input", "action_id": QUERY, "max_length": QUERY_MAX_CHARS}
    field |= {"initial_value": query} if query else {}
    field |= {"placeholder": blocks.plain("service mesh, kafka in:tools since 2020", 150)}
    asked = {"type": "input", "block_id": QUERY, "label": blocks.plain("What to look for", 2_000), "element": field}
    shown = [_plain(block) for block in found.blocks if block["type"] in _SHOWN] if found else []
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": blocks.plain("Search the archive", 24),
        "submit": blocks.plain("Search", 24),
        "close": blocks.plain("Close", 24),
        "blocks": [asked, *shown],
    }


def _plain(block: Block) -> Block:
    """Return a block without the button beside it, and without an id that another search would repeat."""
    return {name: value for name, value in block.items() if name not in {"accessory", "block_id"}}


def read(view: Mapping[str, Any]) -> str:
    """Return what was typed, "" for nothing or for anything that is not this form."""
    try:
        typed = view["state"]["values"][QUERY][QUERY]["value"]
    except (KeyError, TypeError):
        return ""
    return one_line(clean(typed))[:QUERY_MAX_CHARS] if isinstance(typed, str) else ""

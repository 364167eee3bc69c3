"""The little form for a note on a link that somebody keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.domain.bookmark_file.record import NOTE_MAX_CHARS
from bot.domain.text import clean, one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block
from bot.slack.blocks.mrkdwn import bold, clip

CALLBACK = "note"
FIELD = "note"
_KEY = re.compile(r"[0-9a-f]{32}")


def note_form(key: str, headline: str, note: str, *, home: str = "") -> Block:
    """Ask for a note on the link `key`; `home` is what the Home tab was showing, in its own words, "" elsewhere."""
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": FIELD,
        "multiline": True,
        "max_length": NOTE_MAX_CHARS,
    }
    if note := clean(note)[:NOTE_MAX_CHARS]:
        element["initial_value"] = note
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": blocks.plain("Your note", 24),
        "submit": blocks.plain("Save", 24),
        "close": blocks.plain("Cancel", 24),
        "private_metadata": json.dumps({"key": key, "home": clean(home)[:2_000]}, ensure_ascii=False),
        "blocks": [
            blocks.section(bold(clip(one_line(headline) or "·", 200))),
            {
                "type": "input",
                "block_id": FIELD,
                "optional": True,
                "label": blocks.plain("Only you see it", 2_000),
                "element": element,
            },
        ],
    }


def read_note(view: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Read the submitted form: the link's key, the text, and what the Home tab was showing; None for anything else."""
    try:
        kept = json.loads(str(view.get("private_metadata", ""))[:3_000])
        key, home = kept["key"], kept["home"]
        text = view["state"]["values"][FIELD][FIELD]["value"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not (isinstance(key, str) and _KEY.fullmatch(key) and isinstance(home, str)):
        return None
    return (key, text or "", home) if isinstance(text, str | None) else None

"""The form that asks where an unconfirmed message is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block

CALLBACK = "there"
FIELD = "link"


def form(value: str) -> Block:
    """Return the form; `value` is the button's, and comes back with the answer."""
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": blocks.plain("It is there", 24),
        "submit": blocks.plain("Done", 24),
        "close": blocks.plain("Cancel", 24),
        "private_metadata": value,
        "blocks": [
            {
                "type": "input",
                "block_id": FIELD,
                "label": blocks.plain("Where is it?", 2_000),
                "hint": blocks.plain("In the message's menu, choose “Copy link”, and paste it here.", 2_000),
                "element": {"type": "plain_text_input", "action_id": FIELD, "max_length": 500},
            }
        ],
    }


def read(view: Mapping[str, Any]) -> tuple[str, str]:
    """Return the button's value as the form holds it, and the link that was typed; "" for what it has not."""
    value = view.get("private_metadata")
    try:
        typed = view["state"]["values"][FIELD][FIELD]["value"]
    except (KeyError, TypeError):
        typed = ""
    return (value if isinstance(value, str) else "", typed.strip().strip("<>") if isinstance(typed, str) else "")

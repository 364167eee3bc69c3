"""What stands under an answer to a question: a button that asks on, and thumbs."""

from __future__ import annotations

from bot.slack.blocks import blocks
from bot.slack.blocks.message import Message

ASK, FEEDBACK = "ask", "feedback"
"""The action ids of the button that runs a sub-command beside an answer, and of the thumbs under one."""


def thanked(*, helpful: bool) -> Message:
    """Answer a thumb under an answer."""
    return blocks.says(
        "Thanks." if helpful else "Thanks. The question’s words are noted, without your name, for who runs me."
    )

"""Messages as Slack's methods take them. Only this, so that what is previewed is what is posted."""

from __future__ import annotations

from typing import Any

from bot.messages.message import Message


def body_of(message: Message) -> dict[str, Any]:
    """Give the text and, if there are any, the blocks."""
    return {"text": message.text, "blocks": list(message.blocks)} if message.blocks else {"text": message.text}


def posting(message: Message) -> dict[str, Any]:
    """Give the arguments of chat.postMessage that come from the message itself.

    Both unfurl flags are off: a digest of previews is no digest, and Slack's defaults contradict each other
    (messaging/unfurling-links-in-messages).
    """
    return {**body_of(message), "unfurl_links": False, "unfurl_media": False}

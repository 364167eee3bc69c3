"""Messages as Slack's methods take them: one place, so that what is previewed is what is posted."""

from __future__ import annotations

from typing import Any

from bot.slack.api.ports import PartMarker
from bot.slack.blocks.message import Message


def body_of(message: Message) -> dict[str, Any]:
    """Return the text and, if there are any, the blocks."""
    return {"text": message.text, "blocks": list(message.blocks)} if message.blocks else {"text": message.text}


def posting(
    channel: str, message: Message, thread: str | None = None, marker: PartMarker | None = None
) -> dict[str, Any]:
    """Return the arguments of chat.postMessage: into a channel, or a thread of it, with what the message is found by.

    Both unfurl flags are off: a digest of previews is no digest, and Slack's defaults contradict each other
    (messaging/unfurling-links-in-messages).
    """
    payload = {"channel": channel, **body_of(message), "unfurl_links": False, "unfurl_media": False}
    if thread is not None:
        payload["thread_ts"] = thread
    if marker is not None:
        payload["metadata"] = marker.metadata()
    return payload

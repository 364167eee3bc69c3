"""The independent checker of Slack's limits, applied to messages as they would be sent."""

from __future__ import annotations

from bot.slack.blocks.message import Digest, Message
from playground.slack.limits import problems


def breaches(message: Message) -> list[str]:
    """Return the limits of Slack's that a message breaks, as text; empty if there are none."""
    return problems({"text": message.text, "blocks": list(message.blocks)})


def all_breaches(rendered: Digest) -> list[str]:
    """Return the same for every message of a digest."""
    return [line for part in (rendered.parent, *rendered.replies) for line in breaches(part.message)]

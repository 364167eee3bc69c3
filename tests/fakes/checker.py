"""The independent checker of Slack's limits, asked about messages as they would be sent."""

from __future__ import annotations

from bot.slack.blocks.message import Digest, Message
from playground.slack.limits import problems


def breaches(message: Message) -> list[str]:
    """Return what breaks a limit of Slack's, in words; empty for nothing."""
    return problems({"text": message.text, "blocks": list(message.blocks)})


def all_breaches(rendered: Digest) -> list[str]:
    """Return the same of every message of a digest."""
    return [line for part in (rendered.parent, *rendered.replies) for line in breaches(part.message)]

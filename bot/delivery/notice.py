"""What the person who subscribed a channel is told when something went wrong there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.delivery.subscription import Subscription
from bot.messages.message import Block, Message

SETTLE_POST = "doubt:post"
"""The action of the one button under a message whose outcome cannot be found out; its value is "DELIVERY:KEY"."""


class Trouble(StrEnum):
    """What went wrong."""

    PAUSED = "paused"
    """The channel refuses the bot."""
    UNKNOWN = "unknown"
    """A message may or may not be there."""
    REFUSED = "refused"
    """Slack will not take a message."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell: the `trouble`, the subscription, the issue (its label) and a `reason` in a line.

    `delivery` and `part` (its key) say which message is meant, where one is.
    """

    trouble: Trouble
    subscription: Subscription
    issue: str
    reason: str
    delivery: int = 0
    part: str = ""


def words(notice: Notice) -> Message:
    """Put a notice into words."""
    channel, issue = f"<#{notice.subscription.channel}>", _plain(notice.issue)
    which = "the digest" if notice.part == "parent" else "one reply of the digest"
    text = {
        Trouble.PAUSED: f"I paused the newsletter in {channel}: {_plain(notice.reason)}.",
        Trouble.UNKNOWN: (
            f"Slack did not say whether {which} of issue {issue} reached {channel}, and I cannot look there. "
            "I will not risk posting it twice. If it is not there, press the button."
        ),
        Trouble.REFUSED: f"Slack would not take {which} of issue {issue} in {channel}: {_plain(notice.reason)}.",
    }[notice.trouble]
    blocks: list[Block] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    if notice.trouble is Trouble.UNKNOWN:
        blocks.append({"type": "actions", "elements": [_button(notice)]})
    return Message(text, tuple(blocks))


def _button(notice: Notice) -> Block:
    return {
        "type": "button",
        "action_id": SETTLE_POST,
        "text": {"type": "plain_text", "text": "It is not there: post it"},
        "value": f"{notice.delivery}:{notice.part}",
    }


def _plain(text: str) -> str:
    """Escape what Slack reads as markup (Slack: messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")[:500]

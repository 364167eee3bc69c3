"""What the person who subscribed a channel is told when something went wrong there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.digests.views.reasons import plainly
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.slack.blocks.mrkdwn import clip

SETTLE_POST = "doubt:post"
"""The action of the button that has a message posted whose outcome cannot be found out. Its value, as that of the other
one, is "DELIVERY:PART", both numbers."""
SETTLE_LEAVE = "doubt:leave"
"""The action of the button that leaves it: it is there, or not missed."""
_REASON_MAX_CHARS = 500


class AlertKind(StrEnum):
    """What went wrong."""

    PAUSED = "paused"
    """The channel refuses the bot, or its subscription cannot be read."""
    UNKNOWN = "unknown"
    """A message may or may not be there."""
    REFUSED = "refused"
    """Slack will not take a message."""
    THREAD = "thread"
    """A reply that somebody asked for cannot be posted: its thread is gone."""
    STRAY = "stray"
    """A reply stands in the channel because its thread is gone, and Slack does not delete it."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to tell: the `kind`, the `channel` (its id), the issue (its label) and a `reason` in a line.

    `delivery` and `part` (their numbers) say which message is meant, where one is; `whole` that it is the channel
    message.
    """

    kind: AlertKind
    channel: str
    issue: str
    reason: str
    delivery: int = 0
    part: int = 0
    whole: bool = False


def words(alert: Alert, command: str = CommandNames().command) -> Message:
    """Put a notice into words; `command` is what the reader would type."""
    channel, issue, reason = (
        f"<#{alert.channel}>",
        clip(alert.issue, _REASON_MAX_CHARS),
        plainly(alert.reason, _REASON_MAX_CHARS, command),
    )
    which = "the digest" if alert.whole else "one reply of the digest"
    text = {
        AlertKind.PAUSED: f"I paused the newsletter in {channel}: {reason}.",
        AlertKind.UNKNOWN: (
            f"Slack did not say whether {which} of issue {issue} reached {channel}, and I cannot look there. "
            "I will not risk posting it twice. Please look: if it is not there, the first button posts it."
        ),
        AlertKind.REFUSED: f"Slack would not take {which} of issue {issue} in {channel}: {reason}.",
        AlertKind.THREAD: f"I could not post {which} of issue {issue} in {channel}: {reason}.",
        AlertKind.STRAY: (
            f"{which.capitalize()} of issue {issue} stands in {channel} by itself: the digest's own message was "
            f"deleted while I posted, and I could not delete the reply ({reason}). An admin of the workspace can."
        ),
    }[alert.kind]
    if alert.kind is not AlertKind.UNKNOWN:
        return blocks.says(text)
    value = f"{alert.delivery}:{alert.part}"
    row = blocks.actions(
        [
            blocks.button("It is not there: post it", SETTLE_POST, value),
            blocks.button("Leave it", SETTLE_LEAVE, value),
        ]
    )
    return Message(text, (blocks.section(text), row))

"""The alerts that the person who subscribed a channel gets when something went wrong there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.digests.views.reasons import plainly
from bot.domain.broken import BrokenFile
from bot.domain.second_bot import Sighting
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.slack.blocks.mrkdwn import clip

SETTLE_POST = "doubt:post"
"""The action id of the button that has an unconfirmed or refused message posted. Its value, like that of the other one,
is "DELIVERY:PART", both numbers."""
SETTLE_THERE = "doubt:there"
"""The action id of the button that says that the message has arrived."""
SETTLE_LEAVE = "doubt:leave"
"""The action id of the button that leaves it: it is not needed."""
_REASON_MAX_CHARS = 500
MAX_NAMED = 5


class AlertKind(StrEnum):
    """What went wrong."""

    PAUSED = "paused"
    """The channel refuses the bot, or its subscription cannot be read."""
    UNKNOWN = "unknown"
    """It isn't known whether a message was posted."""
    RESTORED = "restored"
    """The database does not know whether a message was posted: it is an older copy, or the bot was killed."""
    REFUSED = "refused"
    """Slack refused a message."""
    THREAD = "thread"
    """A reply that a person asked for can't be posted: its thread is gone."""
    STRAY = "stray"
    """A reply is in the channel because its thread is gone, and Slack refuses to delete it."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What an alert says: its `kind`, the `channel` (id), the `issue` (label) and the `reason`, one line.

    `delivery` and `part` are the ids of the message it is about, 0 if it is about none; `whole` means that this is the
    channel message, and `reply` names it otherwise ("reply 3 (Headline)").
    """

    kind: AlertKind
    channel: str
    issue: str
    reason: str
    delivery: int = 0
    part: int = 0
    whole: bool = False
    reply: str = ""


def unreadable(files: Sequence[BrokenFile], channels: Sequence[str]) -> Message:
    """Return the message that new issues' files cannot be read, and so are not posted in `channels` (ids)."""
    count = "A new issue's file" if len(files) == 1 else f"The files of {len(files)} new issues"
    where = f" in {', '.join(f'<#{channel}>' for channel in channels[:MAX_NAMED])}" if channels else ""
    more = f" and {len(channels) - MAX_NAMED} more" if len(channels) > MAX_NAMED else ""
    lines = [f"• {clip(str(each), 400)}" for each in files[:MAX_NAMED]]
    if len(files) > MAX_NAMED:
        lines.append(f"• and {len(files) - MAX_NAMED} more; `backissue check` names them all")
    said = f"{count} cannot be read as it should, so nothing of it is posted{where}{more}."
    said += " Once mended, it goes out by itself."
    return blocks.says("\n".join([said, *lines]))


def second_bot(seen: Sighting) -> Message:
    """Return the message that a digest stands in a channel which this bot's database did not post."""
    return blocks.says(
        f"In <#{seen.channel}> I found a digest of mine that my database does not know. Most likely another copy of me "
        "runs with a database of its own, and both of us post. I give way where I can see its messages, but please "
        "stop one of us: `backissue doctor` says what is known; look for other machines that have my token. If "
        "you have given me a new or an older database, and no other copy runs, all is well."
    )


def words(alert: Alert, command: str = CommandNames().command) -> Message:
    """Return the alert's message; `command` is the slash command that it names."""
    channel, issue, reason = (
        f"<#{alert.channel}>",
        clip(alert.issue, _REASON_MAX_CHARS),
        plainly(alert.reason, _REASON_MAX_CHARS, command),
    )
    reply = clip(alert.reply, 200) or "one reply"
    which = "the digest" if alert.whole else f"{reply} of the digest"
    text = {
        AlertKind.PAUSED: f"I paused the newsletter in {channel}: {reason}.",
        AlertKind.UNKNOWN: (
            f"Slack did not say whether {which} of issue {issue} reached {channel}, and I cannot look there. "
            "I will not risk posting it twice. Please look: if it is not there, the first button posts it."
        ),
        AlertKind.RESTORED: (
            f"I was not running for a while, or my database is an older copy, and I cannot look into {channel}. "
            f"So I do not know whether {which} of issue {issue} is there already, and will not risk posting it twice. "
            "Please look: if it is not there, the first button posts it."
        ),
        AlertKind.REFUSED: f"Slack would not take {which} of issue {issue} in {channel}: {reason}.",
        AlertKind.THREAD: f"I could not post {which} of issue {issue} in {channel}: {reason}.",
        AlertKind.STRAY: (
            f"{which[0].upper()}{which[1:]} of issue {issue} stands in {channel} by itself: the digest's own message "
            f"was deleted while I posted, and I could not delete the reply ({reason}). An admin of the workspace can."
        ),
    }[alert.kind]
    if alert.kind not in {AlertKind.UNKNOWN, AlertKind.RESTORED}:
        return blocks.says(text)
    value = f"{alert.delivery}:{alert.part}"
    row = blocks.actions(
        [
            blocks.button("It is not there: post it", SETTLE_POST, value),
            blocks.button("It is there", SETTLE_THERE, value),
            blocks.button("Leave it", SETTLE_LEAVE, value),
        ]
    )
    return Message(text, (blocks.section(text), row))

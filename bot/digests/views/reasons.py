"""Why Slack refused something, in words for people: what is wrong, and what to do next.

The log and `backissue deliveries` show the error's own text (bot.slack.api.errors), with the method and Slack's code.
"""

from __future__ import annotations

import re

from bot.domain.text import one_line
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.mrkdwn import clip, escape

_SENTENCE = re.compile(r"Slack's [\w.]+(?: for \w+)? answered (\w+)(?: \([^()]*\))?: [^().]*")
"""Matches the text of a SlackError anywhere in a text."""
_DEFAULT_COMMAND = CommandNames().command
_INVITE = "`/invite` me there, then `{weekly} resume`"
_ALLOW = "have somebody who may let me post there, then `{weekly} resume`"
_INSTALL = "the person who runs me has to install the app again"
_CLOSED = "I may not post in the channel"
_TOKEN = "Slack does not take my token any more"  # noqa: S105 - words about one
_SHAPE = "Slack does not take a message of this shape"
_REASONS = {
    "is_archived": ("the channel is archived", "unarchive it, then `{weekly} resume`"),
    "not_in_channel": ("I am not in the channel any more", _INVITE),
    "channel_not_found": ("the channel is gone, or I am not in it", _INVITE),
    "missing_scope": ("I lack a permission for that", _INSTALL),
    **dict.fromkeys(
        ("no_permission", "restricted_action", "restricted_action_read_only_channel", "ekm_access_denied"),
        (_CLOSED, _ALLOW),
    ),
    "restricted_action_thread_only_channel": (_CLOSED, _ALLOW),
    **dict.fromkeys(
        ("token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive"), (_TOKEN, _INSTALL)
    ),
    **dict.fromkeys(
        ("invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text"),
        (_SHAPE, "the person who runs me finds more in the log"),
    ),
}


def plainly(text: str, limit: int, command: str = _DEFAULT_COMMAND) -> str:
    """Return `text` as one escaped line, with the errors of Slack's in it put in words for people.

    `command` is the slash command to name. A line longer than `limit` characters is cut, and loses its markup.
    """

    def said(code: str) -> str:
        reason, step = _REASONS.get(code, (f"Slack refused it ({code})", ""))
        return f"{reason}; {step.format(weekly=clip(command, 40))}" if step else reason

    pieces = _SENTENCE.split(one_line(text))
    markup = "".join(said(piece) if at % 2 else escape(piece) for at, piece in enumerate(pieces))
    return markup if len(markup) <= limit else clip(markup.replace("`", ""), limit)

"""What became of an issue in a channel, as the answer to `why`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bot.digests.views.changes import mention
from bot.digests.views.reasons import plainly
from bot.domain.text import one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.dates import MONTHS, slack_time
from bot.slack.blocks.message import Message
from bot.slack.blocks.mrkdwn import link

POST_AGAIN = "post_again"
"""The action id of the button that has a digest posted again which was taken back; its value is the delivery's id."""
_MONTHS = "|".join(month[:3] for month in MONTHS)
_MOMENT = re.compile(rf"\d\d (?:{_MONTHS}) \d{{4}} \d\d:\d\d UTC")
_POSTED = re.compile(r": (https://\S+)\.$")
_NAME = re.compile(r"Issue \S+")
_WHOM = re.compile(r"(?<=taken back by )&lt;@([A-Z0-9]{2,20})&gt;", re.ASCII)


def became(line: str, names: CommandNames) -> Message:
    """Return a `line` about an issue with its times in the reader's own zone and its message as a link."""
    said = one_line(line)
    name, posted = _NAME.match(said), _POSTED.search(said)
    if name and posted:
        markup = f"{link(posted[1], name[0])} {plainly(said[name.end() : posted.start()], 2_000, names.command)}."
    else:
        markup = plainly(said, 2_000, names.command) or "·"
    return blocks.says(read_there(markup))


def taken_back(line: str, delivery: int, names: CommandNames) -> Message:
    """Return a `line` about an issue that was taken back, with the button that has it posted again."""
    said = became(line, names)
    confirm = {
        "title": blocks.plain("Post it?", 100),
        "text": blocks.plain("It was taken back here. I post it now, as a new message with its thread.", 300),
        "confirm": blocks.plain("Post it", 30),
        "deny": blocks.plain("Leave it", 30),
    }
    button = {**blocks.button("Post it", POST_AGAIN, str(delivery)), "confirm": confirm}
    return Message(said.text, (*said.blocks, blocks.actions([button])))


def read_there(markup: str) -> str:
    """Return escaped text with its moments in the reader's own zone and its people as mentions."""
    return _WHOM.sub(_mentioned, local_times(markup))


def _mentioned(found: re.Match[str]) -> str:
    return mention(found[1])


def local_times(markup: str) -> str:
    """Return the text with its moments in the reader's own zone."""
    return _MOMENT.sub(_local, markup)


def _local(found: re.Match[str]) -> str:
    moment = datetime.strptime(found[0], "%d %b %Y %H:%M UTC").replace(tzinfo=UTC)
    return slack_time(moment, found[0])

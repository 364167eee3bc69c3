"""What somebody is told whose text is a sub-command but for a slip: what was wrong, and buttons for both meanings."""

from __future__ import annotations

from bot.domain.bookmark_file.record import Format
from bot.domain.schedule import EXAMPLE
from bot.domain.text import one_line
from bot.lookup.mistyped import Mistyped
from bot.lookup.views.answer import SearchRequest, again
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.slack.blocks.mrkdwn import clip, escape

COMMAND = "command"
"""The action id of a button that runs a sub-command; its value is the sub-command as one would type it."""
_NUMBER = "takes an issue’s number, or `latest`"
_TAKES = {
    "issue": _NUMBER,
    "why": _NUMBER,
    "preview": _NUMBER,
    "subscribe": f"takes days and a time, such as `{EXAMPLE}`",
    "export": f"takes a format: {', '.join(f'`{kind.value}`' for kind in Format)}",
    "top": "takes `month`, `year`, `on` or `off`",
    "forget": "takes `me`, and nothing else",
}


def mistaken(meant: Mistyped, query: str, names: CommandNames) -> Message:
    """Say what was wrong with a sub-command, with buttons that run the likely one and that search for `query`."""
    weekly = escape(names.command)
    said = [] if meant.typed.casefold() == meant.word else [f"I don’t know `{_code(meant.typed)}`."]
    if meant.tail:
        takes = _TAKES.get(meant.word, "takes nothing after it")
        said.append(f"`{weekly} {meant.word}` {takes}; I can’t read *{clip(meant.tail.replace('*', '∗'), 150)}* there.")
    said.append(f"Did you mean `{weekly} {_code(meant.likely)}`?")
    buttons = [
        blocks.button(one_line(meant.likely), COMMAND, meant.likely),
        blocks.button(f"Search for {query}", "search:topic", SearchRequest(query).as_value()),
        again(),
    ]
    return Message(" ".join(said), (blocks.section(" ".join(said)), blocks.actions(buttons)))


def _code(text: str) -> str:
    """Return text that can stand between backticks."""
    return clip(text.replace("`", "'"), 150)

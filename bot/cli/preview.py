"""`backissue preview ISSUE`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.padding import Padding

from bot.cli.reading import find, read
from bot.cli.terminal import out, write
from bot.domain.preferences import Layout, Preferences
from bot.slack.api.payload import posting
from bot.slack.api.ports import PartMarker
from bot.slack.blocks.message import Digest, Part
from bot.slack.cards.digest import digest

CHANNEL = "<the channel's id>"
PARENT = "<the ts of the first message>"
"""Placeholders for ids that only Slack or a subscription knows."""


def preview(folder: Path | None, asked: str, *, as_json: bool, full: bool) -> None:
    """Print what would be posted for the issue `asked` for: drawn, or as one JSON payload a line.

    The payloads are the arguments of chat.postMessage with `CHANNEL` and `PARENT` in their places. The metadata names
    the issue by its slug, as it is posted unless its file was renamed after the bot first saw it. Raises
    UnknownIssueError if there is no such issue.
    """
    from playground.demo.draw import blocks

    preferences = Preferences(layout=Layout.FULL if full else Layout.THREAD)
    made = digest(find(read(folder), asked), preferences)
    for part in (made.parent, *made.replies):
        if as_json:
            write(json.dumps(payload(made, part), ensure_ascii=False))
            continue
        for drawn in ["", *blocks(part.message.blocks)]:
            out.print(Padding(drawn, (0, 0, 0, 0 if part is made.parent else 4)))


def payload(made: Digest, part: Part) -> dict[str, Any]:
    """Return one part of a digest as Slack would get it."""
    thread = None if part is made.parent else PARENT
    return posting(CHANNEL, part.message, thread, PartMarker(made.issue, part.key))

"""What the bot and its commands are called here: an operator may choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandNames:
    """The names that messages mention: the main `command`, the `tools` command, the `bookmark` emoji, the `bot`.

    `issue` is the number that examples name: the newest issue's, where it has one.
    """

    command: str = "/weekly"
    tools: str = "/tools"
    bookmark: str = "bookmark"
    bot: str = "Back Issue"
    issue: str = "435"

"""The composer's and the picker's choices: the commands with their words, and the most useful emoji."""

from __future__ import annotations

from typing import Any

from bot.domain.bookmark import NUMBERS
from bot.lookup.views import help as helping
from bot.runtime.settings import Settings
from playground.demo.page.actions import INVITE

OTHERS = ("+1", "tada", "eyes", "heart")


def commands(settings: Settings, newest: int | None = None) -> list[dict[str, Any]]:
    """Describe the commands under the names that they have here; `newest` is the number of the newest issue."""
    number = helping.ISSUE if newest is None else str(newest)
    words = [
        {"text": text, "hint": number if hint == helping.ISSUE else hint, "what": what}
        for text, hint, what in helping.MENU
    ]
    return [
        {
            "name": settings.command,
            "hint": f"topic | latest | issue {number} | saved | subscribe | help",
            "what": "Find links in the archive, subscribe this channel",
            "words": words,
        },
        {"name": settings.tools_command, "hint": "topic", "what": "Find tools in the archive", "words": []},
        {"name": INVITE, "hint": "@backissue", "what": "Add the bot to this channel", "words": []},
    ]


def emoji(settings: Settings) -> list[str]:
    """Name the emoji that matter: those that save a link, the numbers, a few others."""
    return [*sorted(settings.bookmark), *NUMBERS, *OTHERS]

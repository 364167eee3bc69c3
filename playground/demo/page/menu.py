"""The composer's and the picker's choices: the commands with their words, and the most useful emoji."""

from __future__ import annotations

from typing import Any

from bot.domain.bookmark import NUMBERS
from bot.runtime.settings import Settings
from playground.demo.page.actions import INVITE

NUMBER = "435"
"""Stands for the newest issue's number, if there is one."""
MAIN = (
    ("latest", "", "the newest issue"),
    ("issue", NUMBER, "one issue, by its number"),
    ("random", "", "a link picked at random"),
    ("topics", "", "what the archive talks about"),
    ("saved", "words", "your bookmarks"),
    ("top", "month", "what your team saves"),
    ("export", "html", "download your bookmarks"),
    ("import", "", "add the bookmarks of your browser"),
    ("subscribe", "mondays 09:00 Europe/London", "new issues in this channel"),
    ("status", "", "what was posted here, and what comes next"),
    ("preview", "latest", "how an issue would look here"),
    ("why", NUMBER, "why an issue was or was not posted here"),
    ("pause", "", "no digests here for a while"),
    ("resume", "", "digests again"),
    ("unsubscribe", "", "no more digests here"),
    ("owner", "", "whose subscription this is, and who may change it"),
    ("forget me", "", "delete everything about you"),
    ("help", "", "all commands"),
)
"""What the main command takes besides a topic: the word, what may follow it, and what it gives."""
OTHERS = ("+1", "tada", "eyes", "heart")


def commands(settings: Settings, newest: int | None = None) -> list[dict[str, Any]]:
    """Describe the commands under the names that they have here; `newest` is the number of the newest issue."""
    number = NUMBER if newest is None else str(newest)
    words = [{"text": text, "hint": number if hint == NUMBER else hint, "what": what} for text, hint, what in MAIN]
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

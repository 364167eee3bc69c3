"""What the bot knows about a person who saves links."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserState:
    """How many bookmarks a person has, how many of them are unread, and what they were told."""

    saved: int = 0
    unread: int = 0
    hinted: bool = False
    welcomed: bool = False

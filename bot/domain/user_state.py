"""Somebody who keeps links, as far as the bot knows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserState:
    """What is known of somebody: how many links they keep, how many of those unread, and what they were told."""

    saved: int = 0
    unread: int = 0
    hinted: bool = False
    welcomed: bool = False

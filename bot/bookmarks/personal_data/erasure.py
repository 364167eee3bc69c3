"""Having everything about oneself deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import structlog

from bot.bookmarks.views import personal_data as said
from bot.domain.bookmark import Keeper
from bot.domain.clock import Clock, at_or_now
from bot.domain.user_state import Acquaintance
from bot.slack.blocks.command_names import Names
from bot.slack.blocks.message import Message

_log = structlog.get_logger(__name__)


class Acquainted(Protocol):
    """Who is known; `bot.store.people` keeps it."""

    async def get(self, keeper: Keeper) -> Acquaintance:
        """Give what is known of somebody; of a stranger, nothing."""
        ...

    async def forget(self, keeper: Keeper, at: int) -> int:
        """Delete everything about somebody up to a time in microseconds; give how many links they kept."""
        ...


class Forgetting:
    """Deletes. Whom to forget comes from the signed request alone."""

    def __init__(self, people: Acquainted, names: Names, clock: Clock, forgot: Callable[[Keeper], None]) -> None:
        """Delete from `people`; `forgot` is told whom to forget in memory."""
        self._people = people
        self._names = names
        self._clock = clock
        self._forgot = forgot

    async def ask(self, keeper: Keeper) -> Message:
        """Ask somebody whether they mean it."""
        return said.confirm_forgetting((await self._people.get(keeper)).kept, self._names)

    async def forget(self, keeper: Keeper, at: int | None) -> Message:
        """Delete everything about somebody, up to `at` (microseconds by Slack's clock; None: now). Twice is as once."""
        count = await self._people.forget(keeper, at_or_now(at, self._clock.now()))
        self._forgot(keeper)
        _log.info("somebody was forgotten")
        return said.forgotten(count)

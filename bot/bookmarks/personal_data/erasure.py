"""Having everything about oneself deleted."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.bookmarks.views import personal_data as said
from bot.domain.bookmark import Member
from bot.domain.clock import Clock, at_or_now
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.store.people import People

_log = structlog.get_logger(__name__)


class Forgetting:
    """Deletes. Whom to forget comes from the signed request alone."""

    def __init__(self, people: People, names: CommandNames, clock: Clock, forgot: Callable[[Member], None]) -> None:
        """Delete from `people`; `forgot` is told whom to forget in memory."""
        self._people = people
        self._names = names
        self._clock = clock
        self._forgot = forgot

    async def ask(self, member: Member) -> Message:
        """Ask somebody whether they mean it."""
        return said.confirm_forgetting((await self._people.get(member)).saved, self._names)

    async def forget(self, member: Member, at: int | None) -> Message:
        """Delete everything about somebody, up to `at` (microseconds by Slack's clock; None: now). Twice is as once."""
        count = await self._people.forget(member, at_or_now(at, self._clock.now()))
        self._forgot(member)
        _log.info("somebody was forgotten")
        return said.forgotten(count)

"""Deleting everything about a person at their request."""

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
    """Deletes what is stored about a person. Whom is read from the signed request only."""

    def __init__(self, people: People, names: CommandNames, clock: Clock, forgot: Callable[[Member], None]) -> None:
        """Delete from `people`; `forgot` then drops what is held of the person in memory."""
        self._people = people
        self._names = names
        self._clock = clock
        self._forgot = forgot

    async def ask(self, member: Member) -> Message:
        """Return the question whether to delete everything."""
        return said.confirm_forgetting((await self._people.get(member)).saved, self._names)

    async def forget(self, member: Member, at: int | None) -> Message:
        """Delete everything about a member up to `at` (microseconds by Slack's clock; None: now); idempotent."""
        count = await self._people.forget(member, at_or_now(at, self._clock.now()))
        self._forgot(member)
        _log.info("person.erased")
        return said.forgotten(count)

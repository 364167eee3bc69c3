"""Who the bot is in Slack, asked beside the answering: no answer waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext

from bot.slack.api.errors import SlackError

Authorize: TypeAlias = Callable[[AsyncBoltContext, str | None, str | None, str | None], Awaitable[AuthorizeResult]]
EVENT_SECONDS = 2.0
"""Seconds that an event waits for it: Slack gives one three, and sends it again."""


class Introduction:
    """Learns who the bot is (auth.test), one question at a time."""

    def __init__(self, token: str, ask: Callable[[], Awaitable[None]], said: Callable[[], Mapping[str, Any]]) -> None:
        """Have Slack asked by `ask`, which raises SlackError; `said` gives its answer, empty before."""
        self._token, self._ask, self._said = token, ask, said
        self._asking: asyncio.Task[None] | None = None

    def authorizing(self) -> Authorize:
        """Return what Bolt calls for each request: a function, as Bolt looks at its arguments' names."""

        async def authorize(
            context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None, user_id: str | None
        ) -> AuthorizeResult:
            # Without an address to answer at it is an event: the bot's own, and its mentions, are told by its id.
            if not self._said() and context.response_url is None:
                await asyncio.wait({self._begun()}, timeout=EVENT_SECONDS)
            elif not self._said():
                self._begun()
            return self._result(enterprise_id, team_id, user_id)

        return authorize

    def _result(self, enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        """Return who the bot is, as Bolt takes it.

        While Slack has not said so, a request is taken to be for the bot's own workspace: it was signed with this app's
        secret, or came over its own connection.
        """
        said = self._said() or {"enterprise_id": enterprise_id, "team_id": team_id}
        return AuthorizeResult(
            enterprise_id=said.get("enterprise_id"),
            team_id=said.get("team_id"),
            team=said.get("team"),
            url=said.get("url"),
            bot_user_id=said.get("user_id"),
            bot_id=said.get("bot_id"),
            bot_token=self._token,
            user_id=user_id,
        )

    def _begun(self) -> asyncio.Task[None]:
        """Begin to ask, unless that goes on already; return the task."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._learn(), name="auth.test")
        return self._asking

    async def _learn(self) -> None:
        with suppress(SlackError):
            await self._ask()

"""The Slack port, connected directly to the stand-in workspace: no HTTP, any clock."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.domain.clock import Clock
from bot.slack.api.client import Tokens, WebSlack
from bot.slack.api.errors import RateLimitedError, UnknownOutcomeError, detail_of, refusal
from playground.slack.site import Site


class SiteSlack(WebSlack):
    """Calls a `Site` in this process. `clock` is Slack's own; an answer takes `latency` seconds."""

    def __init__(
        self, site: Site, tokens: Tokens | str, clock: Clock, *, latency: float = 0.02, timeout: float = 15.0
    ) -> None:
        """Wait up to `timeout` seconds for an answer."""
        super().__init__(tokens)
        self.site = site
        self._clock = clock
        self._latency = latency
        self._timeout = timeout

    def since(self) -> str:
        """Return Slack's time minus a minute."""
        return f"{self._clock.now().timestamp() - 60:.6f}"

    async def _call(
        self,
        workspace: str,
        method: str,
        arguments: dict[str, Any],
        *,
        channel: str = "",
        read: bool = False,
        within: float | None = None,
    ) -> Mapping[str, Any]:
        """Call the site as HTTP would."""
        del read, within
        await asyncio.sleep(self._latency / 2)
        reply = self.site.request(method, self._tokens(workspace), arguments, self._clock.now())
        await asyncio.sleep(self._timeout if reply.outcome == "hang" else self._latency / 2)
        where = {"workspace": workspace, "channel": channel}
        if reply.outcome != "answer":
            raise UnknownOutcomeError(method, "no_answer", **where)
        if reply.status == 200 and reply.body.get("ok"):
            return reply.body
        code = str(reply.body.get("error"))
        told = refusal(code, reply.status)(method, code, **where, detail=detail_of(dict(reply.body)))
        if isinstance(told, RateLimitedError):
            told.retry_after = float(reply.headers["Retry-After"])
        raise told

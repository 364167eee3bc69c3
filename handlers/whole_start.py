"""Letting only commands through before the process has wholly begun: they wait by themselves where they have to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.services import Services


def register(app: AsyncApp, services: Services) -> None:
    """Make every payload that is no command wait until everything has begun, before any listener sees it."""
    app.use(_Wait(services))


class _Wait(AsyncMiddleware):
    """Waits for the issues' identities among other things: without them a link would be saved under a wrong one."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - what Bolt hands on
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt names it
    ) -> BoltResponse | None:
        if "command" not in req.body:
            await self._services.start.begun()
        return await next()

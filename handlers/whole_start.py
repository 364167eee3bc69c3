"""Letting only commands through before the process has wholly begun: they wait by themselves where they have to."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.services import Services
from handlers.middleware import BeforeListeners


def register(app: AsyncApp, services: Services) -> None:
    """Make every payload that is no command wait until everything has begun, before any listener sees it.

    It waits for the issues' identities among other things: without them a link would be saved under a wrong one.
    """

    async def wait(request: AsyncBoltRequest) -> None:
        if "command" not in request.body:
            await services.start.begun()

    app.use(BeforeListeners(wait))

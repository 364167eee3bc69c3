"""Payloads of a workspace that the bot does not belong to: nothing is done for them, and they are told so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.messages.help import told
from bot.services import Services
from bot.slack.workspace import covers, workspace_id
from handlers.payload import text, workspace
from handlers.reply import answer

_log = structlog.get_logger(__name__)
_ELSEWHERE = "I belong to another workspace, so I did nothing here. Whoever runs me can install me in this one."


def register(app: AsyncApp, services: Services) -> None:
    """Let only those through who are of the workspace, or the organisation, whose token the bot has."""
    app.use(_Gate(services))


class _Gate(AsyncMiddleware):
    """Stands before every listener. Bolt has asked Slack by then whose the token is (auth.test, once)."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - what Bolt hands on
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt names it
    ) -> BoltResponse | None:
        own = req.context.authorize_result
        if own is None or covers(workspace_id(own.enterprise_id, own.team_id), workspace(req.context)):
            return await next()
        _log.warning("a payload of another workspace was refused", team=req.context.team_id, own=own.team_id)
        if text(req.body, "type") == "event_callback":
            return BoltResponse(status=200)  # anything else would bring it again
        return answer(self._services, req.body, told(_ELSEWHERE))

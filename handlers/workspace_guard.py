"""Refusing payloads of workspaces that the bot does not belong to, and payloads that name no person."""

from __future__ import annotations

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.domain.workspace import covers, workspace_id
from bot.services import Services
from bot.slack.blocks import blocks
from handlers.middleware import BeforeListeners
from handlers.payload import ID, text, workspace
from handlers.reply import answer

_log = structlog.get_logger(__name__)
_NOBODY = "Slack didn't say who sent that, so I did nothing. Please try again."
_ELSEWHERE = "I belong to another workspace, so I did nothing here. Ask the person who runs me to install me here too."


def register(app: AsyncApp, services: Services) -> None:
    """Let through only people of the workspace or organisation whose token the bot has."""

    async def check(request: AsyncBoltRequest) -> BoltResponse | None:
        return _refusal(services, request)

    app.use(BeforeListeners(check))


def _refusal(services: Services, request: AsyncBoltRequest) -> BoltResponse | None:
    """Return the answer to a payload from elsewhere or from nobody, None for one that is let through."""
    event, own = text(request.body, "type") == "event_callback", request.context.authorize_result
    if own is None:  # the app was uninstalled: its last events come without
        return None
    here = covers(workspace_id(own.enterprise_id, own.team_id), workspace(request.context))
    if here and _is_somebody(request.context.user_id, event=event):
        return None
    _log.warning("payload.refused", team=request.context.team_id, own=own.team_id, here=here)
    if event:
        return BoltResponse(status=200)  # after any other status Slack would send it again
    return answer(services, request.body, blocks.line_message(_NOBODY if here else _ELSEWHERE))


def _is_somebody(user: object, *, event: bool) -> bool:
    """Return whether a payload names a person by a well-formed id; an event needn't name one."""
    return (event and user is None) or (isinstance(user, str) and ID.fullmatch(user) is not None)

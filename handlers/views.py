"""Submitted modals."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.form import Wish, read
from bot.messages import chooser
from bot.messages.chooser import Choosing, picked
from bot.messages.form import CALLBACK, no_form, saving
from bot.messages.help import told
from bot.messages.message import Block
from bot.services import Services
from bot.slack.errors import SlackError
from bot.slack.workspace import WorkspaceId
from handlers.errors import explained
from handlers.payload import answered, keeper, text, workspace

SOON = 2.0
"""Seconds that a form waits for its outcome: Slack waits 3 for the answer, a database that is in use up to 15."""
AFTER = 0.5
"""Seconds from that answer to the outcome, lest the answer, which says "still saving", arrives as the later one."""
_log = structlog.get_logger(__name__)


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the subscription form, and to every form that nobody else listens to."""

    async def submitted(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Subscribe, and show the confirmation in the form's place; or show what is wrong beside its field.

        What takes longer than Slack waits is finished after the answer.
        """
        view = body.get("view")
        wish = read(view if isinstance(view, dict) else {})
        if not isinstance(wish, Wish):
            return answered(ack, json.dumps({"response_action": "errors", "errors": wish}))
        here, user = workspace(context), text(body, "user", "id")
        work = await services.later.within(services.subscribing.submit(wish, here, user), SOON)
        if not work.done():
            services.later.start(_finish(services, work, here, user, text(body, "view", "id")))
            return answered(ack, json.dumps({"response_action": "update", "view": saving()}))
        done = work.result()
        if isinstance(done, str):
            return answered(ack, json.dumps({"response_action": "errors", "errors": {"channel": done}}))
        return answered(ack, json.dumps({"response_action": "update", "view": done}))

    async def chosen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Keep what is ticked, and say so in the form's place."""
        ticks = picked(_at(body, "view", "state", "values"))
        place = Choosing.read(text(body, "view", "private_metadata"))
        who, here = keeper(body, context), workspace(context)
        turned = await services.keeping.choosers.turn(who, here, place, ticks, "save")
        return answered(ack, json.dumps({"response_action": "update", "view": turned.form()}))

    async def other(ack: AsyncAck) -> BoltResponse:
        """Let a modal close that nothing has to be done for."""
        return await ack()

    app.view(CALLBACK)(submitted)
    app.view(chooser.CALLBACK)(chosen)
    app.view(re.compile(""))(other)


async def _finish(services: Services, work: Awaitable[Block | str], here: WorkspaceId, user: str, view_id: str) -> None:
    """Tell what came of a form whose answer went out before it was known."""
    try:
        done = await work
        view = no_form(told(done)) if isinstance(done, str) else done
    except Exception as error:  # noqa: BLE001 - nobody else would hear of it
        view = no_form(explained(error, services, kind="view_submission"))
    await asyncio.sleep(AFTER)
    try:
        await services.subscribing.tell(here, user, view_id, view)
    except SlackError as error:
        _log.warning("nobody was told what came of a form", error=str(error), workspace=here)


def _at(body: Mapping[str, Any], *path: str) -> Any:
    value: Any = body
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value

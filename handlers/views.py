"""Submitted modals."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.form import Wish, read
from bot.messages import chooser
from bot.messages.chooser import Choosing, picked
from bot.messages.form import CALLBACK
from bot.record.bookmark import keeper_at
from bot.services import Services
from handlers.payload import answered, text, workspace


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the subscription form, and to every form that nobody else listens to."""

    async def submitted(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Subscribe, and show the confirmation in the form's place; or show what is wrong beside its field."""
        view = body.get("view")
        wish = read(view if isinstance(view, dict) else {})
        if not isinstance(wish, Wish):
            return answered(ack, json.dumps({"response_action": "errors", "errors": wish}))
        done = await services.subscribing.submit(wish, workspace(context), text(body, "user", "id"))
        if isinstance(done, str):
            return answered(ack, json.dumps({"response_action": "errors", "errors": {"channel": done}}))
        return answered(ack, json.dumps({"response_action": "update", "view": done}))

    async def chosen(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Keep what is ticked, and say so in the form's place."""
        ticks = picked(_at(body, "view", "state", "values"))
        place = Choosing.read(text(body, "view", "private_metadata"))
        here = workspace(context)
        keeper = keeper_at(here, text(body, "user", "id"), text(body, "user", "team_id"))
        turned = await services.keeping.choosers.turn(keeper, here, place, ticks, "save")
        return answered(ack, json.dumps({"response_action": "update", "view": turned.form()}))

    async def other(ack: AsyncAck) -> BoltResponse:
        """Let a modal close that nothing has to be done for."""
        return await ack()

    app.view(CALLBACK)(submitted)
    app.view(chooser.CALLBACK)(chosen)
    app.view(re.compile(""))(other)


def _at(body: Mapping[str, Any], *path: str) -> Any:
    value: Any = body
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value

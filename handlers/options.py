"""Type-ahead: Slack asks at every key, and memory answers."""

from __future__ import annotations

import json
import re
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

from bot.digests.views.form import ZONE
from bot.services import Services
from handlers.payload import answered, text


def register(app: AsyncApp, services: Services) -> None:
    """Complete time zones and topics."""

    async def completed(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        """Return at most 100 options for the text typed so far."""
        typed = text(body, "value")
        zones = text(body, "action_id") == ZONE
        options = services.subscribing.zones(typed) if zones else services.answers.suggest(typed)
        return answered(ack, json.dumps({"options": options}))

    app.options(re.compile(""))(completed)

"""Answering whatever Slack sent with a message, in the way that its kind of payload is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.response import BoltResponse

from bot.lookup.search import payload, private
from bot.lookup.views.help import trouble
from bot.services import Services
from bot.slack.api.response_urls import ResponseUrlError
from bot.slack.blocks.message import Message
from handlers.payload import text

_log = structlog.get_logger(__name__)


def answer(services: Services, body: Mapping[str, Any], message: Message) -> BoltResponse:
    """Acknowledge what is not an event with a `message`, in the way that its kind of payload is answered.

    Where nothing can be shown (suggestions, a click without a response_url) the acknowledgement is all.
    """
    if text(body, "type") == "view_submission":
        return _json({"response_action": "update", "view": trouble(message, services.names)})
    if text(body, "type") == "block_suggestion":
        return _json({"options": []})
    if text(body, "command"):
        return BoltResponse(status=200, body=private(message))
    if url := text(body, "response_url"):
        services.background.start(apologise(services, url, message))
    return BoltResponse(status=200)


async def apologise(services: Services, url: str, message: Message) -> None:
    """Tell somebody, by the response_url `url`, why there is no other answer; what cannot be delivered is logged."""
    try:
        await services.response_urls.send(url, payload(message, response_type="ephemeral", replace_original=False))
    except ResponseUrlError as error:
        _log.warning("an apology was not delivered", reason=error.reason)


def _json(body: Mapping[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(body))

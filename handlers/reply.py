"""Answering any payload with a message, in the form that its kind of payload takes."""

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
    """Acknowledge a payload other than an event with a `message`, in the form that its kind takes.

    Where nothing can be shown (suggestions, a click without a response URL) it is only acknowledged.
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
    """Send the reason for a missing answer to the response URL; if that fails, it is logged."""
    try:
        await services.response_urls.send(url, payload(message, response_type="ephemeral", replace_original=False))
    except ResponseUrlError as error:
        _log.warning("apology.failed", reason=error.reason)


def _json(body: Mapping[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(body))

"""The one place where an error becomes words for a person, and a line in the log with the same reference."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from archive.errors import ArchiveError
from bot.answers import payload, private
from bot.calendar import ScheduleError
from bot.messages.help import apology, told, trouble
from bot.messages.message import Message
from bot.replies import ReplyError
from bot.services import Services
from bot.slack.errors import SlackError
from handlers.payload import text

_log = structlog.get_logger(__name__)

TOLD = (ArchiveError, ScheduleError, SlackError)
"""Errors whose one line helps the person; others speak to the operator."""


def explained(error: Exception, services: Services, **about: Any) -> Message:
    """Give what the person is told of an error; an unexpected one is logged, `about` what, under its reference."""
    if isinstance(error, TOLD):
        _log.info("a request could not be met", error=str(error), **about)
        return told(str(error))
    reference = services.reference()
    _log.error("a request failed", reference=reference, exc_info=error, **about)
    return apology(reference)


def follow_up(services: Services, url: str, work: Callable[[], Awaitable[Message | None]], **options: Any) -> None:
    """Do `work` after the acknowledgement and send the message it gives to the response_url `url`, with `options`.

    Whatever fails, the person is told, if they can be reached at all.
    """

    async def run() -> None:
        try:
            message = await work()
            if message is not None:
                await services.replies.send(url, payload(message, **options))
        except ReplyError as error:
            _log.warning("an answer was not delivered", reason=error.reason)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            await _apologise(services, url, explained(error, services))

    services.later.start(run())


async def _apologise(services: Services, url: str, message: Message) -> None:
    try:
        await services.replies.send(url, payload(message, response_type="ephemeral", replace_original=False))
    except ReplyError as error:
        _log.warning("an apology was not delivered", reason=error.reason)


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
        services.later.start(_apologise(services, url, message))
    return BoltResponse(status=200)


def register(app: AsyncApp, services: Services) -> None:
    """Have every error that leaves a listener answered in the way its kind of request is."""

    async def unexpected(error: Exception, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Answer in words; a failed event with 500, so that Slack sends it again."""
        about = {"team": context.team_id, "kind": text(body, "type") or "command"}
        if text(body, "type") == "event_callback":
            _log.error("an event failed", event_id=text(body, "event_id"), exc_info=error, **about)
            return BoltResponse(status=500)
        return answer(services, body, explained(error, services, **about))

    app.error(unexpected)


def _json(body: Mapping[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(body))

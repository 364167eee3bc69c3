"""The one place where an error becomes words for a person, and a line in the log with the same reference."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from archive.errors import ArchiveError
from bot.answers import payload
from bot.calendar import ScheduleError
from bot.messages.help import apology, told
from bot.messages.message import Message
from bot.replies import ReplyError
from bot.services import Services
from bot.slack.errors import SlackError
from handlers.payload import text
from handlers.reply import answer, apologise

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
            await apologise(services, url, explained(error, services))

    services.later.start(run())


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

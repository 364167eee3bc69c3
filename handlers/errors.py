"""Turning an error into a message for the person and a line in the log, with the same reference in both.

Only verified requests come this far. A payload that Bolt can't read, or has no listener for, is refused here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from archive.errors import ArchiveError
from bot.digests.views.changes import not_allowed
from bot.domain.schedule import ScheduleError
from bot.domain.subscription_settings import NotAllowedError
from bot.lookup.search import payload
from bot.lookup.views.help import apology
from bot.runtime.fault_log import raised_at
from bot.services import Services
from bot.slack.api.errors import SlackError
from bot.slack.api.response_urls import ResponseUrlError
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Message
from handlers.payload import text
from handlers.reply import answer, apologise

_log = structlog.get_logger(__name__)

_SHAPE = (TypeError, AttributeError, LookupError, ValueError)
"""What Python raises at a value of a wrong type or shape."""
TOLD = (ArchiveError, ScheduleError, SlackError)
"""Errors whose one line helps the person; others speak to the operator."""


def explained(error: Exception, services: Services, **about: Any) -> Message:
    """Return what to tell the person about an error; an unexpected one is in the log by a reference.

    `about` is written beside it.
    """
    if isinstance(error, NotAllowedError):
        return not_allowed(error)
    if isinstance(error, TOLD):
        _log.info("request.rejected", error=str(error), **about)
        return blocks.line_message(str(error))
    reference, line = services.faults.line(error, services.reference)
    if line is not None:
        _log.error("request.failed", **line, **about)
    return apology(reference)


def follow_up(services: Services, url: str, work: Callable[[], Awaitable[Message | None]], **options: Any) -> None:
    """Do `work` after the acknowledgement and send the message it returns to the response URL, with `options`.

    If the work fails, the person is told why.
    """

    async def run() -> None:
        try:
            message = await work()
            if message is not None:
                await services.response_urls.send(url, payload(message, **options))
        except ResponseUrlError as error:
            _log.warning("answer.failed", reason=error.reason)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            await apologise(services, url, explained(error, services))

    services.background.start(run())


def _unread(error: Exception) -> int | None:
    """Return the status for a payload that Bolt could not hand to a listener, None where a listener or Slack failed.

    404: no listener takes it. 400: Bolt's own code, the last in the trace, met a field that is missing or of a wrong
    type.
    """
    if isinstance(error, BoltUnhandledRequestError):
        return 404
    last = raised_at(error)
    where = str(last.tb_frame.f_globals.get("__name__", "")) if last is not None else ""
    return 400 if isinstance(error, _SHAPE) and where.startswith("slack_bolt.") else None


def register(app: AsyncApp, services: Services) -> None:
    """Answer every error that leaves a listener, in the form that its kind of request takes."""

    async def unexpected(error: Exception, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Answer with a message; answer a failed event with 500, so that Slack sends it again."""
        if (status := _unread(error)) is not None:
            _log.warning("payload.rejected", status=status, error=type(error).__name__)
            return BoltResponse(status=status, headers={"x-slack-no-retry": "1"})
        about = {"team": context.team_id, "kind": text(body, "type") or "command"}
        if text(body, "type") == "event_callback":
            _, line = services.faults.line(error, services.reference)
            if line is not None:
                _log.error("event.failed", event_id=text(body, "event_id"), **line, **about)
            return BoltResponse(status=500)
        return answer(services, body, explained(error, services, **about))

    app.error(unexpected)

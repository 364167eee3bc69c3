"""Slash commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.bookmarks.views.saved_list import Listing
from bot.digests.subscriptions import CommandContext
from bot.domain.bookmark import member_of
from bot.lookup import commands
from bot.services import Services
from bot.slack.blocks.message import Message
from handlers.errors import follow_up
from handlers.payload import answered, text, typed_from


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the two commands."""

    async def weekly(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Answer from memory within the acknowledgement: one round trip. What has to wait is done after it."""
        answer = services.answers.to_command(text(body, "text"))
        if isinstance(answer, str):
            return answered(ack, answer)
        follow_up(
            services, text(body, "response_url"), _work(services, answer, body, context), response_type="ephemeral"
        )
        return await ack()

    async def tools(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        """Search the tools; always from memory."""
        return answered(ack, str(services.answers.to_command(text(body, "text"), tools=True)))

    app.command(services.names.command)(weekly)
    app.command(services.names.tools)(tools)


def _work(
    services: Services, command: commands.Command, body: dict[str, Any], context: AsyncBoltContext
) -> Callable[[], Awaitable[Message | None]]:
    """Give what remains to be done for a command that needs the database or Slack."""
    place, trigger = typed_from(body, context), text(body, "trigger_id")
    member, where = member_of(place.workspace, place.user), place.workspace
    match command:
        case commands.Subscribe(""):
            work: Callable[[], Awaitable[Message | None]] = partial(_form, services, place, trigger)
        case commands.Saved(query):
            work = partial(services.saved_links.saved, member, Listing(query))
        case commands.Top(period):
            work = partial(services.team.top, member.home, period)
        case commands.CountTogether(on):
            work = partial(services.team.switch, member, where, on=on)
        case commands.Export(kind):
            work = partial(services.personal_data.exporting.take, where, place.user, kind)
        case commands.Import():
            work = partial(services.personal_data.importing.ask, where, trigger)
        case commands.ForgetMe():
            work = partial(services.personal_data.forgetting.ask, member)
        case _:
            work = partial(services.subscribing.command, command, place)
    return work


async def _form(services: Services, place: CommandContext, trigger: str) -> None:
    await services.subscribing.open_form(place, trigger)

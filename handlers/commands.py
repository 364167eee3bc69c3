"""Slash commands: the one table from what was typed to the use case that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any, TypeAlias, assert_never

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.bookmarks.views.saved_list import Listing
from bot.digests.command_context import CommandContext
from bot.domain.bookmark import member_of
from bot.lookup import commands, typed_command
from bot.lookup.own_commands import of_newsletter
from bot.lookup.search import private
from bot.lookup.views.answer import SearchRequest
from bot.services import Services
from bot.slack.blocks.message import Message
from handlers.errors import follow_up
from handlers.payload import answered, text, typed_from

Work: TypeAlias = Callable[[], Awaitable[Message | None]]
"""What remains to be done after the acknowledgement; its message, if any, goes to the response URL."""


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the two slash commands, and to those of one newsletter each."""

    def answering(newsletter: str = "") -> Callable[..., Awaitable[BoltResponse]]:
        async def weekly(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
            """Answer a command from memory within the acknowledgement, or start its work and acknowledge."""
            began = monotonic()
            command = of_newsletter(services.answers.parse(text(body, "text")), newsletter)
            answer = use_case(services, command, typed_from(body, context), text(body, "trigger_id"))
            if isinstance(answer, str):
                services.outcomes.answered(command, began)
                return answered(ack, answer)
            work = services.outcomes.timed(command, partial(_once_begun, services, answer))
            follow_up(services, text(body, "response_url"), work, response_type="ephemeral")
            return await ack()

        return weekly

    async def tools(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        """Search the tools, or explain how; always from memory."""
        began = monotonic()
        command = typed_command.parse_search(text(body, "text"))
        answer = from_memory(services, command)
        services.outcomes.answered(command, began)
        return answered(ack, answer)

    app.command(services.names.command)(answering())
    for name, newsletter in services.own_commands.items():
        app.command(name)(answering(newsletter))
    app.command(services.names.tools)(tools)


async def _once_begun(services: Services, work: Work) -> Message | None:
    await services.start.begun()
    return await work()


def from_memory(services: Services, command: commands.FromMemory) -> str:
    """Return the JSON that answers a command which needs neither the database nor Slack."""
    if isinstance(command, commands.Topic):
        return services.answers.topic(command)
    return private(_message(services, command))


def _message(services: Services, command: commands.FromMemory) -> Message:
    """Return the same answer as a message."""
    answers = services.answers
    match command:
        case commands.Topic(query):
            return answers.search(SearchRequest(query))
        case commands.Latest(newsletter):
            message = answers.latest(newsletter)
        case commands.ShowIssue(asked, newsletter):
            message = answers.numbered(asked, newsletter)
        case commands.Random(newsletter):
            message = answers.random(newsletter)
        case commands.Topics():
            message = answers.topics()
        case commands.Help():
            message = answers.help()
        case commands.ToolsHelp(reason):
            message = answers.tools_help(reason)
        case commands.Usage(reason, example):
            message = answers.usage(reason, example)
        case _:
            assert_never(command)
    return message


def use_case(  # noqa: C901, PLR0912 - a table: one case for each sub-command
    services: Services, command: commands.Command, place: CommandContext, trigger: str
) -> str | Work:
    """Return the answer to a command as JSON, or the work that it leaves for after the acknowledgement.

    This is the only place where a sub-command meets its use case: a command without a case here or in `from_memory`
    doesn't pass mypy.
    """
    workspace, member = place.workspace, member_of(place.workspace, place.user)
    digests, personal_data = services.subscribing, services.personal_data
    work: Work
    match command:
        case commands.Saved(query):
            work = partial(services.saved_links.saved, member, Listing(query))
        case commands.Top(period, newsletter):
            work = partial(services.team.top, member.home, period, newsletter)
        case commands.CountTogether(on):
            work = partial(services.team.switch, member, workspace, on=on)
        case commands.Export(kind, newsletter):
            work = partial(personal_data.exporting.take, workspace, place.user, kind, newsletter)
        case commands.Import():
            work = partial(personal_data.importing.ask, workspace, trigger)
        case commands.ForgetMe():
            work = partial(personal_data.forgetting.ask, member)
        case commands.SubscribeForm(named):
            work = partial(_form, services, _of(place, named), trigger)
        case commands.Subscribe(typed, named):
            work = partial(digests.meant, f"subscribe {typed}", partial(digests.subscribe, typed), _of(place, named))
        case commands.SubscribeTopics(typed, ask, named):
            act = digests.ask_topics if ask else digests.subscribe_topics
            work = partial(digests.meant, f"subscribe about {typed}", partial(act, typed), _of(place, named))
        case commands.Unsubscribe(named):
            work = partial(digests.meant, "unsubscribe", digests.ask_unsubscribe, _of(place, named))
        case commands.Owner(person, named):
            act = partial(services.ownership.show, person)
            work = partial(digests.meant, f"owner {person}".strip(), act, _of(place, named))
        case commands.Allow(access, named):
            act = partial(services.ownership.allow, access)
            work = partial(digests.meant, f"allow {access.value}", act, _of(place, named))
        case commands.Pause(named):
            work = partial(digests.meant, "pause", digests.pause, _of(place, named))
        case commands.Resume(named):
            work = partial(digests.meant, "resume", digests.resume, _of(place, named))
        case commands.Status(named):
            work = partial(digests.status_of, _of(place, named))
        case commands.Why(asked):
            work = partial(digests.why, asked, place)
        case commands.Preview(asked):
            work = partial(digests.preview, asked, place)
        case _:
            return from_memory(services, command)
    return work


def _of(place: CommandContext, newsletter: str | None) -> CommandContext:
    """Return the place with the newsletter that a command names, if it names one."""
    return place if newsletter is None else replace(place, newsletter=newsletter)


async def run(services: Services, typed: str, place: CommandContext, trigger: str) -> Message | None:
    """Do what a sub-command on a button says, checked as if it had been typed; return the answer, if it has one."""
    command = services.answers.parse(typed)
    if isinstance(command, commands.FromMemory):
        return _message(services, command)
    work = use_case(services, command, place, trigger)
    return None if isinstance(work, str) else await work()


async def _form(services: Services, place: CommandContext, trigger: str) -> None:
    await services.subscribing.open_form(place, trigger)

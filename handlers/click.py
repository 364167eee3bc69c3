"""A click on one of the bot's buttons or menus, read from Slack's payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.bookmarks.views.saved_row import NOTE, RowChoice
from bot.digests.command_context import CommandContext
from bot.domain.bookmark import Member, moment
from bot.services import Services
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Message
from handlers.payload import acting_member, clicked_from, text


@dataclass(frozen=True, slots=True)
class Click:
    """One click: the `action` (its id), its `value`, the place, and how to answer.

    `member` is the person who clicked. `block` is the id of the block with the button. `at` is the time in microseconds
    by Slack's clock, None if Slack didn't say. `view` is the modal or Home tab with the button, empty for a message.
    `state` holds the values entered beside it. `private`: only this person sees the message. `thread` is the ts of the
    thread that the message is in, "" for none.
    """

    services: Services
    action: str
    value: str
    place: CommandContext
    member: Member
    url: str
    trigger: str
    block: str = ""
    at: int | None = None
    view: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    private: bool = False
    thread: str = ""


def click_of(services: Services, body: Mapping[str, Any], context: AsyncBoltContext) -> Click:
    """Read a click; a field that is missing or of a wrong type is "" or empty."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    action = first if isinstance(first, Mapping) else {}
    view, container = body.get("view"), body.get("container")
    state = (view if isinstance(view, Mapping) else body).get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    return Click(
        services,
        action=text(action, "action_id"),
        value=text(action, "value") or text(action, "selected_option", "value") or text(action, "selected_user"),
        place=clicked_from(body, context),
        member=acting_member(body, context),
        url=text(body, "response_url"),
        trigger=text(body, "trigger_id"),
        block=text(action, "block_id"),
        at=when(text(action, "action_ts")),
        view=view if isinstance(view, Mapping) else {},
        state=values if isinstance(values, Mapping) else {},
        private=isinstance(container, Mapping) and container.get("is_ephemeral") is True,
        thread=_thread(body),
    )


async def chosen(click: Click, choice: RowChoice, home: str = "") -> Message | None:
    """Do what was chosen beside a row, or open the form for it; return what is wrong, None if nothing is.

    `home` is the Home tab's state as text, "" elsewhere.
    """
    saved_links = click.services.saved_links
    if choice.what == NOTE:
        wrong = await saved_links.ask_note(click.member, choice.key, click.place.workspace, click.trigger, home)
        return blocks.line_message(wrong) if wrong else None
    await saved_links.act(click.member, choice, click.at)
    return None


def _thread(body: Mapping[str, Any]) -> str:
    """Return the thread in which the message with the button is a reply, "" if it isn't one."""
    thread = text(body, "container", "thread_ts") or text(body, "message", "thread_ts")
    own = text(body, "container", "message_ts") or text(body, "message", "ts")
    return thread if thread != own else ""


def when(ts: str) -> int | None:
    """Read one of Slack's timestamps, in microseconds; None for anything else."""
    try:
        return moment(ts)
    except ValueError:
        return None

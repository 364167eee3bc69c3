"""A click on one of the bot's buttons or menus, read from Slack's payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.bookmarks.views.saved_row import NOTE, RowChoice
from bot.digests.subscriptions import CommandContext
from bot.domain.bookmark import Member, moment
from bot.lookup.views.help import told
from bot.services import Services
from bot.slack.blocks.message import Message
from handlers.payload import clicked_from, keeper, text


@dataclass(frozen=True, slots=True)
class Click:
    """One click: on which `action` (its id), with what `value`, where, and how to answer.

    `member` is who clicked, as somebody who keeps links. `block` is the id of the block it stood in. `at` is when, in
    microseconds by Slack's clock, None if it does not say. `view` is the modal or Home tab it stood in, empty for a
    message's. `state` is what is entered beside it. `private` says that only this person sees the message, `thread` in
    which thread it stands ("": in none).
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
    """Read a click; what is missing or of a wrong type is "" or empty."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    action = first if isinstance(first, Mapping) else {}
    view, container = body.get("view"), body.get("container")
    state = (view if isinstance(view, Mapping) else body).get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    return Click(
        services,
        action=text(action, "action_id"),
        value=text(action, "value") or text(action, "selected_option", "value"),
        place=clicked_from(body, context),
        member=keeper(body, context),
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
    """Do what was chosen beside a row, or open the form for it; give what is wrong, None for nothing.

    `home` is what the Home tab was showing, in its own words, "" elsewhere.
    """
    mine = click.services.saved_links
    if choice.what == NOTE:
        wrong = await mine.ask_note(click.member, choice.key, click.place.workspace, click.trigger, home)
        return told(wrong) if wrong else None
    await mine.act(click.member, choice, click.at)
    return None


def _thread(body: Mapping[str, Any]) -> str:
    """Give the thread in which the message with the button is a reply, "" where it is none."""
    thread = text(body, "container", "thread_ts") or text(body, "message", "thread_ts")
    own = text(body, "container", "message_ts") or text(body, "message", "ts")
    return thread if thread != own else ""


def when(ts: str) -> int | None:
    """Read one of Slack's times, in microseconds; None for anything else."""
    try:
        return moment(ts)
    except ValueError:
        return None

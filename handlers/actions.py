"""Clicks on the bot's buttons. A button's value is a hint from outside: everything is looked up again."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.answers import payload
from bot.messages import blocks
from bot.messages import help as helping
from bot.messages.answer import Asked
from bot.messages.issue import read_page
from bot.messages.message import Message
from bot.messages.notice import SETTLE_LEAVE, SETTLE_POST
from bot.services import Services
from bot.subscribing import Place
from handlers.errors import follow_up
from handlers.payload import clicked_from, text

_STALE = "that button is from an older version; please ask again"
_MOST_SAVED = 100_000


@dataclass(frozen=True, slots=True)
class Click:
    """One click: on which action, with what value, where, and how to answer."""

    services: Services
    action: str
    value: str
    place: Place
    url: str
    trigger: str


async def _page(click: Click) -> Message:
    asked = Asked.read(click.value)
    return click.services.answers.search(asked) if asked else helping.told(_STALE)


async def _share(click: Click) -> Message:
    asked = Asked.read(click.value)
    if asked is None:
        return helping.told(_STALE)
    said = click.services.answers.share(asked, click.place.user)
    if said is None:
        return click.services.answers.search(asked)
    await click.services.replies.send(click.url, payload(said, response_type="in_channel", replace_original=False))
    # The answer stays, without the button: a second click would share it twice.
    return click.services.answers.search(asked, shareable=False)


async def _issue(click: Click) -> Message:
    page = read_page(click.value)
    return click.services.answers.issue(*page) if page else helping.told(_STALE)


async def _random(click: Click) -> Message:
    return click.services.answers.random()


async def _help(click: Click) -> Message:
    return helping.explain(click.services.names)


async def _saved(click: Click) -> Message:
    offset = int(click.value) if re.fullmatch(r"\d{1,6}", click.value, re.ASCII) else 0
    return await click.services.bookmarks.saved(click.place.workspace, click.place.user, min(offset, _MOST_SAVED))


async def _change(click: Click) -> None:
    await click.services.subscribing.open_form(click.place, click.trigger)


async def _pause(click: Click) -> Message:
    await click.services.subscribing.pause(click.place)
    return await click.services.subscribing.status(click.place)


async def _resume(click: Click) -> Message:
    return await click.services.subscribing.resume(click.place)


async def _unsubscribe(click: Click) -> Message:
    return await click.services.subscribing.unsubscribe(click.place)


async def _settle(click: Click) -> Message:
    if click.services.doubts is None or click.action not in {SETTLE_POST, SETTLE_LEAVE}:
        return helping.told(_STALE)
    post = click.action == SETTLE_POST
    line = await click.services.doubts.decide(click.place.workspace, click.value, post=post, user=click.place.user)
    return blocks.says(line)


_ACTS: dict[str, Callable[[Click], Awaitable[Message | None]]] = {
    "page": _page,
    "search": _page,
    "again": _page,
    "share": _share,
    "issue": _issue,
    "random": _random,
    "help": _help,
    "saved": _saved,
    "subscription": _change,
    "pause": _pause,
    "resume": _resume,
    "unsubscribe": _unsubscribe,
    SETTLE_POST.partition(":")[0]: _settle,
}
_BESIDE = frozenset({"help", "issue", "subscription"})
"""What answers beside the message with the button; the rest takes its place."""


def register(app: AsyncApp, services: Services) -> None:
    """Listen to every action: one listener, since each one before the right one costs time."""

    async def clicked(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Acknowledge at once (a click takes no other answer), then answer by response_url."""
        action = _action(body)
        name = text(action, "action_id")
        act = _ACTS.get(name.partition(":")[0])
        if act is not None:  # links are opened by Slack itself and only want the acknowledgement
            value = text(action, "value") or text(action, "selected_option", "value")
            place, url = clicked_from(body, context), text(body, "response_url")
            click = Click(services, name, value, place, url, text(body, "trigger_id"))
            beside = name.partition(":")[0] in _BESIDE and name not in {"issue:back", "issue:next"}
            options = {"response_type": "ephemeral", "replace_original": not beside}
            follow_up(services, url, lambda: act(click), **options)
        return await ack()

    app.action(re.compile(""))(clicked)


def _action(body: Mapping[str, Any]) -> Mapping[str, Any]:
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return first if isinstance(first, Mapping) else {}

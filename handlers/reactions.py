"""Reactions: the bookmark emoji keeps a link, taking it away lets go of it."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.bookmarks.reaction_followup import step
from bot.bookmarks.reactions import Reaction
from bot.domain.bookmark import Member, member_of, moment
from bot.services import Services
from handlers.payload import ID, text, workspace

_TS = re.compile(r"\d{1,12}\.\d{1,6}", re.ASCII)


def register(app: AsyncApp, services: Services) -> None:
    """Listen to reactions, and take every other event that somebody subscribed to without a word.

    The small write is done before the answer: should it fail, Slack sends the event again. An event without a listener
    would be sent again too, and counted as failed.
    """

    async def reacted(body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Keep or drop, in whatever order and however often the events come."""
        reaction = _reaction(body, context)
        if reaction is not None:
            reacted = await services.reactions.react(reaction)
            if reacted is not None and step(reaction, reacted) is not None:
                services.background.start(services.bookmarking.followup.follow(reaction, reacted))

    async def ignored() -> None:
        """Do nothing."""

    app.event("reaction_added")(reacted)
    app.event("reaction_removed")(reacted)
    app.event(re.compile(""))(ignored)


def _reaction(body: dict[str, Any], context: AsyncBoltContext) -> Reaction | None:
    """Read a reaction event; None when it is not on a message or not whole."""
    channel, ts = text(body, "event", "item", "channel"), text(body, "event", "item", "ts")
    user, emoji = text(body, "event", "user"), text(body, "event", "reaction")
    event_ts = text(body, "event", "event_ts")
    on_message = text(body, "event", "item", "type") == "message"
    named = all(ID.fullmatch(each) for each in (channel, user)) and emoji
    if not (on_message and named and _TS.fullmatch(ts) and _TS.fullmatch(event_ts)):
        return None
    added = text(body, "event", "type") == "reaction_added"
    shared = body.get("is_ext_shared_channel") is True
    # Skin tones come within the name (Slack: `wave::skin-tone-2`).
    name = emoji.partition("::")[0]
    member = Member("", user) if shared else member_of(workspace(context), user)
    return Reaction(workspace(context), member, channel, ts, name, moment(event_ts), added, shared)

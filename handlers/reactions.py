"""Reactions: the bookmark emoji saves a link, and taking it away removes the bookmark."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.bookmarks.reactions import Reaction
from bot.domain.bookmark import Member, member_of, moment
from bot.services import Services
from handlers.payload import ID, text, workspace

_TS = re.compile(r"\d{1,12}\.\d{1,6}", re.ASCII)


def register(app: AsyncApp, services: Services) -> None:
    """Listen to reactions that are added and removed.

    The small write is done before the acknowledgement: if it fails, Slack sends the event again.
    """

    async def reacted(body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Write a reaction down, then start what follows it, if anything does."""
        reaction = _reaction(body, context)
        if reaction is None:
            return
        outcome = await services.reactions.react(reaction)
        if (following := services.bookmarking.followup.after(reaction, outcome)) is not None:
            services.background.start(following)

    app.event("reaction_added")(reacted)
    app.event("reaction_removed")(reacted)


def _reaction(body: dict[str, Any], context: AsyncBoltContext) -> Reaction | None:
    """Read a reaction event; None unless it is on a message and complete."""
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

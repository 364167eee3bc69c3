"""What follows a reaction once Slack has its acknowledgement: a hint, a choice, or reading the message."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from enum import Enum, auto
from weakref import WeakValueDictionary

import structlog

from bot.bookmarks.link_lookup import LinkLookup
from bot.bookmarks.link_picker import LinkPicker, read_links
from bot.bookmarks.ports import BookmarkSlack, BookmarkTables
from bot.bookmarks.reactions import Reaction
from bot.domain.bookmark import BookmarkLink, ReactionOutcome, number_of
from bot.domain.clock import Clock
from bot.lookup.views import suggestions
from bot.slack.api.errors import SlackError
from bot.slack.api.retry import retry_when_limited
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message

_log = structlog.get_logger(__name__)

MAX_WAITS = 2
"""Retries of a read that Slack rate-limits. After that the reaction stays pending until the next one on its message."""


class Step(Enum):
    """What follows a reaction."""

    HINT = auto()
    CHOOSE = auto()
    READ = auto()


def _step(reaction: Reaction, reacted: ReactionOutcome) -> Step | None:
    """Return what follows a reaction; None in most cases, since people see their own reaction.

    Only a fresh event is answered, so that one that Slack delivers twice is not answered twice.
    """
    if not reaction.added or not reacted.fresh:
        return None
    if reacted.saved is not None:
        return None if reacted.hinted else Step.HINT
    if number_of(reaction.emoji) is not None:
        return None
    if reacted.shown_links is None:
        return None if reacted.unconfirmed else Step.READ
    return Step.CHOOSE if len(reacted.shown_links.links) > 1 else None


class ReactionFollowup:
    """Sends hints and choices to people who react, and reads the messages of others that they react to."""

    def __init__(
        self,
        tables: BookmarkTables,
        link_lookup: LinkLookup,
        link_picker: LinkPicker,
        slack: BookmarkSlack,
        names: CommandNames,
        clock: Clock,
    ) -> None:
        """Answer through `slack`, and read there the messages whose links are not in `tables`."""
        self._store = tables.bookmarks
        self._people = tables.people
        self._postings = tables.postings
        self._link_lookup = link_lookup
        self._link_picker = link_picker
        self._slack = slack
        self._names = names
        self._clock = clock
        # Weak, so that a lock lives as long as a reaction holds it or waits for it.
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def after(self, reaction: Reaction, outcome: ReactionOutcome | None) -> Coroutine[None, None, None] | None:
        """Return the work that follows a reaction with this `outcome`, or None, which is usual."""
        if outcome is None or (step := _step(reaction, outcome)) is None:
            return None
        return self._follow(step, reaction, outcome)

    async def _follow(self, step: Step, reaction: Reaction, reacted: ReactionOutcome) -> None:
        """Carry out a step. Errors are only logged: the reaction itself is recorded already."""
        try:
            match step:
                case Step.HINT:
                    await self._hint(reaction, await self._postings.thread(reaction.channel, reaction.ts))
                case Step.CHOOSE if reacted.shown_links is not None:
                    await self._choose(reaction, reacted.shown_links.links, None)
                case Step.READ:
                    await self._read(reaction)
        except SlackError as error:
            _log.info("followup.refused", channel=reaction.channel, error=str(error))
        except Exception:  # noqa: BLE001 - nothing awaits this task's result
            _log.exception("followup.failed", channel=reaction.channel)

    async def _hint(self, reaction: Reaction, thread: str | None) -> None:
        if await self._people.hint(reaction.member, self._clock.now()):
            await self._tell(reaction, suggestions.saved_first(self._names), thread)

    async def _choose(self, reaction: Reaction, links: tuple[BookmarkLink, ...], thread: str | None) -> None:
        if reaction.shared:
            # The message may be another installation's: remember its links here, where this person will choose.
            await self._postings.foreign(reaction.workspace, reaction.channel, reaction.ts, links, self._clock.now())
        offered = await self._link_picker.offer(reaction.member, reaction.channel, reaction.ts, links, reaction.at)
        await self._tell(reaction, offered, thread)

    async def _read(self, reaction: Reaction) -> None:
        """Read somebody else's message and act on its links.

        A message is read once at a time: a reaction that waited finds the links remembered, or reads it in its turn.
        """
        place = (reaction.channel, reaction.ts)
        lock = self._locks.setdefault(place, asyncio.Lock())
        async with lock:
            shown_links = await self._postings.shown(reaction.workspace, *place)
            links, thread = (shown_links.links, None) if shown_links else await self._look(reaction)
        if links is None:
            if await self._people.point(reaction.member, self._clock.now()):
                await self._tell(reaction, suggestions.pointed(), thread)
            return
        await self._store.catch_up()
        if len(links) > 1:
            await self._choose(reaction, links, thread)
        elif links and await self._store.which(reaction.member, [links[0].key]):
            await self._hint(reaction, thread)

    async def _look(self, reaction: Reaction) -> tuple[tuple[BookmarkLink, ...] | None, str | None]:
        """Read and remember the message's links; return them (None: not readable) and the ts of its thread, if any."""
        message = await retry_when_limited(
            lambda: self._slack.read(reaction.workspace, reaction.channel, reaction.ts), waits=MAX_WAITS
        )
        if message is None:
            return None, None
        links, _ = read_links(self._link_lookup, message)
        await self._postings.foreign(reaction.workspace, reaction.channel, reaction.ts, links, self._clock.now())
        thread = message.get("thread_ts")
        return links, thread if isinstance(thread, str) and thread != reaction.ts else None

    async def _tell(self, reaction: Reaction, message: Message, thread: str | None) -> None:
        user, channel = reaction.member.user, reaction.channel
        await self._slack.whisper(reaction.workspace, channel, user, message, thread=thread)

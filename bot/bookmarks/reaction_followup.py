"""What follows a reaction once Slack has its acknowledgement: a hint, a choice, or reading the message."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from enum import Enum, auto
from weakref import WeakValueDictionary

import structlog

from bot.bookmarks.link_lookup import LinkLookup
from bot.bookmarks.link_picker import LinkPicker, read_links
from bot.bookmarks.ports import BookmarkTables
from bot.bookmarks.reactions import Reaction
from bot.domain.bookmark import (
    NUMBERS,
    BookmarkLink,
    ReactionOutcome,
    ShownLinks,
    is_beyond_ten,
    link_numbers,
    number_of,
)
from bot.domain.clock import Clock
from bot.lookup.views import suggestions
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Slack
from bot.slack.api.retry import retry_when_limited
from bot.slack.blocks import blocks
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
    NOTHING = auto()
    BEYOND_TEN = auto()


def _step(reaction: Reaction, reacted: ReactionOutcome | None) -> Step | None:
    """Return what follows a reaction; None in most cases, since people see their own reaction.

    Only a fresh event is answered, so that one that Slack delivers twice is not answered twice. A number on a message
    of somebody else's is a vote, and on one of ours with one link a count.
    """
    if reacted is None:
        return Step.BEYOND_TEN if reaction.added and is_beyond_ten(reaction.emoji) else None
    if not reaction.added or not reacted.fresh:
        return None
    if reacted.saved is not None:
        return None if reacted.hinted else Step.HINT
    return _unsaved(reacted, numbered=number_of(reaction.emoji) is not None)


def _unsaved(reacted: ReactionOutcome, *, numbered: bool) -> Step | None:
    """Return what follows a fresh reaction that saved nothing (yet); `numbered`: its emoji is a number."""
    shown_links = reacted.shown_links
    if shown_links is None:
        return None if reacted.unconfirmed or numbered else Step.READ
    if len(shown_links.links) > 1:
        return Step.CHOOSE if shown_links.ours or not numbered else None
    return None if numbered or shown_links.links else Step.NOTHING


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """The `links` of a message that was read, and whether any was `refused`.

    `thread` is the ts of the thread that the message is a reply in, None without one; `ours`: the bot posted it.
    """

    links: tuple[BookmarkLink, ...]
    refused: bool = False
    thread: str | None = None
    ours: bool = False


class ReactionFollowup:
    """Sends hints and choices to people who react, and reads the messages of others that they react to."""

    def __init__(
        self,
        tables: BookmarkTables,
        link_lookup: LinkLookup,
        link_picker: LinkPicker,
        slack: Slack,
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
        step = _step(reaction, outcome)
        return None if step is None else self._follow(step, reaction, outcome or ReactionOutcome())

    async def _follow(self, step: Step, reaction: Reaction, reacted: ReactionOutcome) -> None:
        """Carry out a step. Errors are only logged: the reaction itself is recorded already."""
        try:
            match step:
                case Step.HINT if reacted.saved is not None:
                    thread = await self._postings.thread(reaction.channel, reaction.ts)
                    await self._hint(reaction, reacted.saved, thread)
                case Step.CHOOSE if reacted.shown_links is not None:
                    await self._choose(reaction, reacted.shown_links, None)
                case Step.READ:
                    await self._read(reaction)
                case Step.NOTHING:
                    thread = await self._postings.thread(reaction.channel, reaction.ts)
                    await self._tell(reaction, blocks.says(suggestions.NO_LINK), thread)
                case Step.BEYOND_TEN:
                    await self._beyond_ten(reaction)
        except SlackError as error:
            _log.info("followup.refused", channel=reaction.channel, error=str(error))
        except Exception:  # noqa: BLE001 - nothing awaits this task's result
            _log.exception("followup.failed", channel=reaction.channel)

    async def _hint(self, reaction: Reaction, link: BookmarkLink, thread: str | None) -> None:
        if await self._people.hint(reaction.member, self._clock.now()):
            await self._tell(reaction, suggestions.saved_first(link.url, link.headline, self._names), thread)

    async def _beyond_ten(self, reaction: Reaction) -> None:
        """Offer the links of our own message for a number that no emoji of Slack's has."""
        shown_links = await self._postings.shown(
            reaction.workspace, reaction.channel, reaction.ts, shared=reaction.shared
        )
        if shown_links is not None and shown_links.ours and len(shown_links.links) > 1:
            await self._choose(reaction, shown_links, None)

    async def _choose(self, reaction: Reaction, shown: ShownLinks, thread: str | None) -> None:
        if reaction.shared:
            # The message may be another installation's: remember its links here, where this person will choose.
            await self._postings.foreign(
                reaction.workspace, reaction.channel, reaction.ts, shown.links, self._clock.now()
            )
        number, count = number_of(reaction.emoji), len(shown.links)
        if number is not None or is_beyond_ten(reaction.emoji):
            why = suggestions.no_such_number(number, count)
        else:
            reachable = any(0 < each <= len(NUMBERS) for each in link_numbers(shown.links))
            why = suggestions.which_one(count, numbered=shown.ours and reachable)
        place = (reaction.channel, reaction.ts)
        offered = await self._link_picker.offer(reaction.member, *place, shown.links, reaction.at, why)
        await self._tell(reaction, offered, thread)

    async def _read(self, reaction: Reaction) -> None:
        """Read somebody else's message and act on its links.

        A message is read once at a time: a reaction that waited finds the links remembered, or reads it in its turn.
        """
        place = (reaction.channel, reaction.ts)
        lock = self._locks.setdefault(place, asyncio.Lock())
        async with lock:
            known = await self._postings.shown(reaction.workspace, *place)
            read = ReadMessage(known.links, ours=known.ours) if known else await self._look(reaction)
        if read is None:
            if await self._people.point(reaction.member, self._clock.now()):
                await self._tell(reaction, suggestions.pointed(), None)
            return
        await self._store.catch_up()
        links = read.links
        if not links:
            said = suggestions.NO_WEB_LINK if read.refused else suggestions.NO_LINK
            await self._tell(reaction, blocks.says(said), read.thread)
        elif len(links) > 1:
            await self._choose(reaction, ShownLinks(links, read.ours), read.thread)
        elif await self._store.which(reaction.member, [links[0].key]):
            await self._hint(reaction, links[0], read.thread)

    async def _look(self, reaction: Reaction) -> ReadMessage | None:
        """Read and remember the message's links; return them, None if it is not readable."""
        message = await retry_when_limited(
            lambda: self._slack.read(reaction.workspace, reaction.channel, reaction.ts), waits=MAX_WAITS
        )
        if message is None:
            return None
        links, refused = read_links(self._link_lookup, message)
        await self._postings.foreign(reaction.workspace, reaction.channel, reaction.ts, links, self._clock.now())
        thread = message.get("thread_ts")
        in_thread = isinstance(thread, str) and thread != reaction.ts
        return ReadMessage(links, refused=refused, thread=str(thread) if in_thread else None)

    async def _tell(self, reaction: Reaction, message: Message, thread: str | None) -> None:
        user, channel = reaction.member.user, reaction.channel
        await self._slack.whisper(reaction.workspace, channel, user, message, thread=thread)

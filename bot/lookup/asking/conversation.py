"""Conversations: a message in a thread, what is remembered of the thread, and what is said to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

import structlog

from archive.issue import Entry, Issue
from archive.search.result import Grade, Result
from bot.domain.ask_thread import AskThread
from bot.domain.clock import Clock
from bot.domain.errors import BotError
from bot.lookup.asking.answering import Reply, query_of, reply
from bot.lookup.asking.askers import Askers
from bot.lookup.asking.beneath import Beneath
from bot.lookup.asking.changes import rank_in
from bot.lookup.asking.facts import ArchiveFacts
from bot.lookup.asking.heard import Heard, hear
from bot.lookup.asking.memory import read_thread, written
from bot.lookup.asking.reader import Context
from bot.lookup.asking.request import Manner, MessageKind, Request
from bot.lookup.asking.said import Said
from bot.lookup.asking.sub_commands import command_of
from bot.lookup.asking.thread import follow
from bot.lookup.asking.turn import Shown, Thread, Turn, remembered
from bot.lookup.outcomes import SearchTally
from bot.lookup.related import related
from bot.lookup.search import SearchSource
from bot.lookup.views import asked as views
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.source.library import Current

_log = structlog.get_logger(__name__)
_ARCHIVE = {MessageKind.LOOKUP, MessageKind.QUESTION, MessageKind.ISSUE}


class ThreadMemory(Protocol):
    """What is remembered of threads; `bot.store.ask_threads` has the real one."""

    async def begin(self, thread: AskThread, ts: str, now: datetime) -> str | None:
        """Record that a message is answered now, and return the thread's state; None: it was answered before."""
        ...

    async def remember(self, thread: AskThread, state: str, now: datetime) -> None:
        """Store a thread's state."""
        ...


class Conversations:
    """Answers messages from the archive in memory, and goes on from what was said before in their thread."""

    def __init__(
        self,
        library: SearchSource,
        memory: ThreadMemory,
        names: CommandNames,
        clock: Clock,
        askers: Askers,
        beneath: Beneath,
        tally: SearchTally,
    ) -> None:
        """Answer from `library`; `memory` keeps threads for a day, and `tally` counts what was searched and missed."""
        self._library = library
        self._askers = askers
        self._beneath = beneath
        self._tally = tally
        self._memory = memory
        self._names = names
        self._clock = clock

    async def answer(self, thread: AskThread, ts: str, text: str, bot: str, *, stranger: bool = False) -> Said:
        """Return what is said to the message `ts` of a thread; silence where it was answered before.

        `bot` is the bot's user id in a channel, "" in a direct message. A `stranger` (of another workspace) may look
        things up, as a guest may, and nothing else. If what is remembered can't be read, the thread begins again.
        """
        heard = hear(text, bot)
        if not heard.addressed:
            return Said()
        made = self._first if thread.thread == ts else self._next
        said = await made(thread, ts, heard, bot)
        if said.missed:
            self._tally.missed(*said.missed)
        if said.grade is not None:
            self._tally.graded(said.grade)
        if said.is_own and (stranger or await self._askers.is_guest(thread)):
            return Said(views.members_only(), private=True)
        return said

    async def _first(self, thread: AskThread, ts: str, heard: Heard, bot: str) -> Said:
        """Return what is said to the message that begins a thread: the database writes while the answer is made."""
        beginning = asyncio.ensure_future(self._begin(thread, ts))
        await asyncio.sleep(0)  # lets the database begin: an answer takes the processor for itself
        try:
            said = await self._made(thread, heard, None, private=not bot, first=True)
        finally:
            state = await beginning
        return Said() if state is None else said

    async def _next(self, thread: AskThread, ts: str, heard: Heard, bot: str) -> Said:
        """Return what is said to a message in a thread, which goes on from what is remembered of it."""
        state = await self._begin(thread, ts)
        if state is None:
            return Said()
        before = read_thread(state) if state else await self._beneath_ours(thread, bot)
        return await self._made(thread, heard, before, private=not bot, first=not state)

    async def _made(
        self, thread: AskThread, heard: Heard, before: Thread | None, *, private: bool, first: bool
    ) -> Said:
        """Return what is said to a message after what is remembered of its thread, the `first` answer in it or not."""
        current = self._library.current
        today = await self._askers.today(thread, heard.text)
        turn = follow(heard, Context(today, ArchiveFacts(current.index, current.snapshot), private), before)
        said, shown = self._said(turn, heard, before, current, today, thread.channel, first=first)
        after = remembered(turn, before, shown)
        return replace(said, after=None if after is before else after)

    async def _beneath_ours(self, thread: AskThread, bot: str) -> Thread | None:
        """Return what a message in a thread that we began is about, None for any other."""
        if not bot:
            return None
        try:
            return await self._beneath.thread(thread)
        except BotError as error:
            _log.warning("thread_read.failed", channel=thread.channel, error=str(error))
            return None

    def related(self, text: str, urls: Sequence[str]) -> Message:
        """Return what the archive has on a message of anybody's: on the words of its `text` and its links."""
        today = self._clock.now().date()
        return views.like(related(self._library.current.index, hear(text).text, urls, today), today)

    async def _begin(self, thread: AskThread, ts: str) -> str | None:
        try:
            return await self._memory.begin(thread, ts, self._clock.now())
        except BotError as error:
            _log.warning("thread_read.failed", channel=thread.channel, error=str(error))
            return ""

    async def remember(self, thread: AskThread, said: Said) -> None:
        """Store what a thread's next turn goes on from. Call it beside sending the answer, which need not wait."""
        if said.after is None:
            return
        try:
            await self._memory.remember(thread, written(said.after), self._clock.now())
        except BotError as error:
            _log.warning("thread_write.failed", channel=thread.channel, error=str(error))

    def _said(
        self,
        turn: Turn,
        heard: Heard,
        before: Thread | None,
        current: Current,
        today: date,
        channel: str,
        *,
        first: bool,
    ) -> tuple[Said, tuple[Shown, ...]]:
        """Return what is said to a turn in a `channel`, and the links that it shows."""
        request = turn.request
        if turn.do in {"open", "related", "save", "share"} and before is not None:
            to = next(iter(heard.channel_ids), "" if channel.startswith("D") else channel)
            if turn.do in {"open", "related"} and not rank_in(heard.text) and _has_no_first(before):
                turn = replace(turn, rank=before.pointed)
            return Said(self._pointed(turn, before, current, today, to), private=turn.do in {"save", "share"}), ()
        if turn.do == "nothing" or request.manner is Manner.NONE:
            return Said(
                views.small_talk(heard.courtesy) if before is None and request.manner is Manner.SHORT else None
            ), ()
        if turn.do == "clarify" and turn.rank and before is not None and before.shown:
            return Said(views.which(len(before.shown)), private=True), ()
        if turn.do == "clarify" or request.kind is MessageKind.AMBIGUOUS:
            return Said(views.unclear(request, self._names)), ()
        if request.kind in _ARCHIVE and not request.random:
            found = reply(request, current.index, current.snapshot, today, turn.page)
            said = Said(views.answer(found, turn.page, today, self._names, first=first))
            if turn.page == 1 and not found.issues:
                said = replace(said, missed=_missed(request, found), grade=_grade(found))
            return said, shown_by(found)
        return self._beside_the_archive(request, current), ()

    def _beside_the_archive(self, request: Request, current: Current) -> Said:
        """Return what is said to what asks for the bot, for bookmarks, for a change, or for the archive's size."""
        if request.kind is MessageKind.BOT and request.of_newsletter:
            return Said(views.size(current.snapshot))
        command = command_of(request)
        if request.random:
            return Said(command=command)
        if request.manner is Manner.CONFIRM:
            return Said(views.confirm(request, command, self._names), private=True)
        return Said(command=command or "help", private=True)

    def _pointed(self, turn: Turn, before: Thread, current: Current, today: date, to: str) -> Message:
        """Return what is said about a link that was shown: itself, a button that saves or shares it, or its like."""
        shown = _at(before.shown, turn.rank or (1 if len(before.shown) == 1 else 0))
        found = _found(shown, current) if shown else None
        if found is None:
            return views.which(len(before.shown))
        if turn.do == "related":
            urls = [link.url for link in found.entry.links]
            like = related(current.index, found.entry.text, urls, today, itself=found.entry)
            return views.like(like, today, "that link")
        return views.one(found, turn.do, today, to)


def _missed(request: Request, found: Reply) -> tuple[str, Grade] | None:
    """Return the query of an answer that is not strong, and its grade; a slip that was corrected misses nothing."""
    grade = _grade(found)
    return None if grade is Grade.STRONG or found.request.issues else (query_of(request), grade)


def _grade(found: Reply) -> Grade:
    """Return the grade of the search behind an answer, as a search that is typed has it."""
    return found.found.grade if found.found else found.grade


def shown_by(found: Reply) -> tuple[Shown, ...]:
    """Return the links that an answer shows, in order."""
    if issue := found.of_issue():
        pairs: list[tuple[Issue, Entry]] = [(issue, entry) for _, entry in issue.entries() if entry.links]
    elif found.quotes:
        pairs = [(quote.result.issue, quote.result.entry) for quote in found.quotes]
    else:
        pairs = [(result.issue, result.entry) for result in found.results]
    return tuple(dict.fromkeys(Shown(issue.slug, entry.position, issue.published.date()) for issue, entry in pairs))


def _has_no_first(thread: Thread) -> bool:
    """Return whether "this" may be any of several links: those of an issue stand in no order of merit."""
    return thread.request.kind is MessageKind.ISSUE and len(thread.shown) > 1


def _at(shown: tuple[Shown, ...], rank: int) -> Shown | None:
    if rank < 0:
        return shown[-1] if shown else None
    return shown[rank - 1] if 0 < rank <= len(shown) else None


def _found(shown: Shown, current: Current) -> Result | None:
    """Return a link that was shown, as the archive has it now; None if it is no longer there."""
    issue = current.snapshot.get(shown.slug)
    found = issue.entry_at(shown.position) if issue is not None else None
    return None if issue is None or found is None else Result(issue, *found, 1.0)

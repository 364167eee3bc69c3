"""What a question in the thread of one of the bot's messages is about: what that message shows.

Beneath a link that somebody shared it is that link. Beneath a digest it is the issue, with its links by their numbers:
Slack knows no threads within threads, so that nothing tells beneath which of a digest's replies a message was meant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from archive.issue import Issue
from bot.domain.ask_thread import AskThread
from bot.domain.bookmark import ShownLinks
from bot.domain.workspace import WorkspaceId
from bot.lookup.asking.facts import named
from bot.lookup.asking.request import MessageKind, Request
from bot.lookup.asking.turn import MAX_SHOWN, Shown, Thread


class ShownMessages(Protocol):
    """The links that the bot's messages show (`bot.store.postings`)."""

    async def shown(self, workspace: WorkspaceId, channel: str, ts: str, *, shared: bool = False) -> ShownLinks | None:
        """Return the links that a message shows, None if they are not known."""
        ...


class Beneath:
    """Looks up the message that began a thread."""

    def __init__(self, messages: ShownMessages, issue: Callable[[str], Issue | None]) -> None:
        """Look in `messages`; `issue` returns the issue of an identity, None if it is gone."""
        self._messages = messages
        self._issue = issue

    async def thread(self, asked: AskThread) -> Thread | None:
        """Return the thread of a message of ours as if what it shows had been asked for, None for another's."""
        found = await self._messages.shown(asked.workspace, asked.channel, asked.thread)
        if found is None or not found.ours:
            return None
        pairs = [(issue, link.position) for link in found.links if (issue := self._issue(link.issue)) is not None]
        shown = tuple(Shown(issue.slug, position, issue.published.date()) for issue, position in pairs)[:MAX_SHOWN]
        if not shown:
            return None
        issues = {issue.slug: issue for issue, _ in pairs}
        if len(shown) > 1 and len(issues) == 1:
            issue = pairs[0][0]
            return Thread(Request(MessageKind.ISSUE, issues=(named(issue),)), shown=shown)
        return Thread(Request(MessageKind.LOOKUP), shown=shown)

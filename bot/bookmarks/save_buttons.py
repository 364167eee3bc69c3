"""The Save buttons: saving or removing a link, and rendering the message of the button again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from archive.issue import Entry
from bot.bookmarks.link_lookup import LinkLookup, first_key
from bot.bookmarks.ports import BookmarkStore
from bot.domain.bookmark import BookmarkLink, Member
from bot.domain.clock import Clock, at_or_now
from bot.domain.workspace import WorkspaceId
from bot.lookup.search import Answers
from bot.lookup.views import suggestions
from bot.lookup.views.answer import SearchRequest
from bot.lookup.views.issue import picked_from
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Slack
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.slack.cards.save_button import SaveToken
from bot.store.people import People

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SaveOutcome:
    """The result of a press: the `link` (None: no longer in the archive), and whether it was a bookmark `before`."""

    link: BookmarkLink | None
    before: bool = False

    @property
    def named(self) -> tuple[str, str]:
        """Return the link's address and headline."""
        return (self.link.url, self.link.headline) if self.link else ("", "")


class Saving:
    """Saves and removes links by their buttons."""

    def __init__(
        self,
        store: BookmarkStore,
        people: People,
        link_lookup: LinkLookup,
        answers: Answers,
        slack: Slack,
        names: CommandNames,
        clock: Clock,
    ) -> None:
        """Save what `link_lookup` finds; `answers` renders the answer a button stood in again, with its new state."""
        self._store = store
        self._people = people
        self._link_lookup = link_lookup
        self._answers = answers
        self._slack = slack
        self._names = names
        self._clock = clock

    async def press(self, member: Member, token: SaveToken, at: int | None, *, keep: bool = True) -> SaveOutcome:
        """Save the link that a button names, or remove it unless `keep`.

        `at` is Slack's time of the click in microseconds; None is now.
        """
        link = self._link_lookup.named(token)
        if link is None:
            return SaveOutcome(None)
        now = self._clock.now()
        moment = at_or_now(at, now)
        if keep:
            return SaveOutcome(link, not await self._store.save(member, [link], moment, now))
        return SaveOutcome(link, bool(await self._store.remove(member, [link.key], moment)))

    async def in_place(self, member: Member, value: str, at: int | None, *, keep: bool) -> Message:
        """Press a button of a message that only this person sees; return the message with its new state."""
        token = SaveToken.read(value)
        pressed = await self.press(member, token, at, keep=keep) if token else SaveOutcome(None)
        if token is None or pressed.link is None:
            return blocks.line_message(suggestions.STALE)
        if token.view == suggestions.ONE:
            return suggestions.one(*pressed.named, token, saved=keep, before=pressed.before)
        request = SearchRequest.read(token.view)
        if request is not None:
            kept = await self._saved(member, (each for _, each in self._answers.entries(request)))
            return self._answers.search(request, kept=kept)
        found = self._answers.entry(token.slug, token.position)
        if found is None:
            return suggestions.saved(pressed.link.url, pressed.link.headline, self._names, new=not pressed.before)
        if (newsletter := picked_from(token.view)) is not None:
            return self._answers.picked(*found, newsletter=newsletter, saved=keep)
        issue = found[0]
        kept = await self._saved(member, (each for _, each in issue.entries()))
        saved = frozenset(each.position for _, each in issue.entries() if first_key(each) in kept)
        return self._answers.page_with(issue, token.position, saved)

    async def beside(self, member: Member, value: str, at: int | None, *, keep: bool) -> Message | None:
        """Press a button of a message that others see too; return an answer for this person alone.

        What a person saves is private, so the message itself does not change. The answer has a button to remove the
        link again, and a person's first one explains saving. A removal has no answer (None).
        """
        token = SaveToken.read(value)
        pressed = await self.press(member, token, at, keep=keep) if token else SaveOutcome(None)
        if token is None or pressed.link is None:
            return blocks.line_message(suggestions.STALE)
        if not keep:
            return None
        first = await self._people.hint(member, self._clock.now())
        names = self._names if first else None
        return suggestions.one(*pressed.named, token, saved=True, before=pressed.before, names=names)

    async def whisper(self, workspace: WorkspaceId, channel: str, user: str, message: Message, thread: str) -> bool:
        """Show one person a message in a thread; return whether Slack accepted it."""
        try:
            await self._slack.whisper(workspace, channel, user, message, thread=thread)
        except SlackError as error:
            _log.info("thread_answer.failed", error=str(error))
            return False
        return True

    async def _saved(self, member: Member, entries: Iterable[Entry]) -> frozenset[str]:
        return await self._store.which(member, [first_key(entry) for entry in entries if entry.links])

"""Choosing among several links of a message: the shortcut, and the pages of checkboxes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.bookmarks.link_extraction import extract_links
from bot.bookmarks.link_lookup import LinkLookup
from bot.bookmarks.ports import BookmarkStore
from bot.bookmarks.views.link_picker import PAGE_LINKS, PickerState, choose, choose_form, option_value, text_form
from bot.domain.bookmark import BookmarkLink, Member
from bot.domain.clock import Clock, at_or_now
from bot.domain.workspace import WorkspaceId
from bot.lookup.views import suggestions
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Slack
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.store.postings import Postings

_log = structlog.get_logger(__name__)

BACK, NEXT = "back", "next"


@dataclass(frozen=True, slots=True)
class PickerOutcome:
    """The result of a page: the message's `links`, the next page (None: finished), and what was `done`, in words."""

    links: tuple[BookmarkLink, ...]
    place: PickerState | None
    done: str

    def message(self) -> Message:
        """Return it as a message for one person."""
        return blocks.says(self.done) if self.place is None else choose(self.links, self.place, self.done)

    def form(self) -> dict[str, Any]:
        """Return it as a modal."""
        return text_form(self.done) if self.place is None else choose_form(self.links, self.place, self.done)


class LinkPicker:
    """Shows the links of a message to one person, and saves those they tick."""

    def __init__(
        self,
        store: BookmarkStore,
        postings: Postings,
        link_lookup: LinkLookup,
        slack: Slack,
        names: CommandNames,
        clock: Clock,
        secret: str,
    ) -> None:
        """Save to `store` the links that `postings` has for a message.

        The state of a choice is signed with `secret` for one person, since others may not be able to read the message.
        All processes must have the same secret.
        """
        self._store = store
        self._postings = postings
        self._link_lookup = link_lookup
        self._slack = slack
        self._names = names
        self._clock = clock
        self._secret = secret.encode()

    async def shortcut(
        self,
        member: Member,
        workspace: WorkspaceId,
        channel: str,
        message: Mapping[str, Any],
        *,
        trigger: str,
        at: int,
    ) -> Message | None:
        """Save the link of `message` and return the answer; with several links open a modal and return None."""
        ts = str(message.get("ts") or "")
        links, refused = await self._links(workspace, channel, ts, message)
        if not links:
            return blocks.says(suggestions.NO_WEB_LINK if refused else suggestions.NO_LINK)
        if len(links) == 1:
            added = await self._store.save(member, links, at, self._clock.now())
            return suggestions.saved(links[0].url, links[0].headline, self._names, new=bool(added))
        place = await self.ticked(member, links, self._place(member, channel, ts, at))
        await self._slack.open_view(workspace, trigger, choose_form(links, place))
        return None

    async def offer(
        self, member: Member, channel: str, ts: str, links: tuple[BookmarkLink, ...], at: int, why: str
    ) -> Message:
        """Return the first page of a message's links to choose from, headed by `why` it is shown (markup)."""
        return choose(links, await self.ticked(member, links, self._place(member, channel, ts, at)), why)

    async def submit(
        self,
        member: Member,
        workspace: WorkspaceId,
        place: PickerState | None,
        picked: frozenset[str],
        way: str,
        at: int | None = None,
    ) -> PickerOutcome:
        """Save the boxes ticked on the page, remove those unticked, and show another page if `way` is NEXT or BACK.

        `at` is Slack's time of the click in microseconds. A submitted modal has none (None): the bot's clock is used,
        but never a time before the choice began.
        """
        if place is not None and not self._is_for(member, place):
            place = None
        shown_links = await self._postings.shown(workspace, place.channel, place.ts) if place else None
        if place is None or shown_links is None:
            return PickerOutcome((), None, suggestions.LOST)
        now = self._clock.now()
        moment = at_or_now(at, now, after=place.opened)
        saved, removed = chosen(shown_links.links, place, picked)
        added = await self._store.save(member, saved, moment, now) if saved else ()
        dropped = await self._store.remove(member, [link.key for link in removed], moment) if removed else 0
        done = suggestions.chosen(added, dropped, self._names)
        offset = place.offset + {NEXT: PAGE_LINKS, BACK: -PAGE_LINKS}.get(way, 0)
        if way not in {NEXT, BACK} or not 0 <= offset < len(shown_links.links):
            return PickerOutcome(shown_links.links, None, done)
        after = await self.ticked(member, shown_links.links, place.at(offset))
        return PickerOutcome(shown_links.links, after, done if added or dropped else "")

    async def show(self, workspace: WorkspaceId, view_id: str, outcome: PickerOutcome) -> None:
        """Replace the open modal with the next page. A refusal is only logged: the links are saved already."""
        try:
            await self._slack.update_view(workspace, view_id, outcome.form())
        except SlackError as error:
            _log.info("link_picker.failed", error=str(error))

    async def ticked(self, member: Member, links: tuple[BookmarkLink, ...], place: PickerState) -> PickerState:
        """Return `place` with the boxes ticked whose links the person has saved already."""
        page = range(place.offset, min(place.offset + PAGE_LINKS, len(links)))
        kept = await self._store.which(member, [links[index].key for index in page])
        ticks = frozenset(index for index in page if links[index].key in kept)
        return replace(place, ticked=ticks)

    def _place(self, member: Member, channel: str, ts: str, at: int) -> PickerState:
        """Return the first page of a choice, signed for one person."""
        return PickerState(channel, ts, opened=at, seal=self._seal(member, channel, ts))

    def _is_for(self, member: Member, place: PickerState) -> bool:
        seal = self._seal(member, place.channel, place.ts)
        return hmac.compare_digest(place.seal.encode("utf-8", "replace"), seal.encode())

    def _seal(self, member: Member, channel: str, ts: str) -> str:
        # Signed without the home: it may become known between two pages, and user ids are unique without it.
        said = f"{member.user}\n{channel}\n{ts}".encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, said, hashlib.sha256).hexdigest()[:24]

    async def _links(
        self, workspace: WorkspaceId, channel: str, ts: str, message: Mapping[str, Any]
    ) -> tuple[tuple[BookmarkLink, ...], bool]:
        """Return a message's links, as the bot posted them or as they are in it now, and whether any was refused."""
        shown_links = await self._postings.shown(workspace, channel, ts)
        if shown_links is not None and shown_links.ours:
            return shown_links.links, False
        links, refused = read_links(self._link_lookup, message)
        if len(links) > 1:
            await self._postings.foreign(workspace, channel, ts, links, self._clock.now())
        return links, refused


def read_links(link_lookup: LinkLookup, message: Mapping[str, Any]) -> tuple[tuple[BookmarkLink, ...], bool]:
    """Return the links of any message, without duplicates, and whether it has addresses that cannot be saved."""
    found = extract_links(message)
    read = [link_lookup.read(url, words, found.text) for url, words in found.links]
    links = {link.key: link for link in read if link is not None}
    return tuple(links.values()), found.refused or len(links) < len(read)


def chosen(
    links: tuple[BookmarkLink, ...], place: PickerState, picked: frozenset[str]
) -> tuple[tuple[BookmarkLink, ...], tuple[BookmarkLink, ...]]:
    """Return the links of the page whose boxes were ticked, and those whose boxes were unticked.

    `picked` comes from outside, so only values that name a link of this page count. Links saved elsewhere since this
    page was rendered are left alone.
    """
    page = range(place.offset, min(place.offset + PAGE_LINKS, len(links)))
    ticks = {index for index in page if option_value(index, links[index]) in picked}
    saved = tuple(links[index] for index in page if index in ticks - place.ticked)
    removed = tuple(links[index] for index in page if index in place.ticked - ticks)
    return saved, removed

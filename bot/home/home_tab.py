"""The Home tab: shown when it is opened, and updated after each action in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from archive.issue import Issue
from bot.bookmarks.link_lookup import first_key
from bot.bookmarks.ports import BookmarkStore
from bot.bookmarks.saved_links import SavedLinks
from bot.bookmarks.team_top import Subscribers, Team
from bot.bookmarks.views.team_top import MAX_RESULTS
from bot.digests.views.subscription import Upcoming
from bot.domain.bookmark import Member, member_of
from bot.domain.clock import Clock, at_or_now
from bot.domain.subscription import Subscription
from bot.domain.title import title
from bot.domain.user_state import UserState
from bot.domain.workspace import WorkspaceId
from bot.home.views import home as said
from bot.home.views.home import HomePage, HomeState, Newest, Subscribed
from bot.lookup.views.issue import issue_page
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Slack
from bot.slack.blocks.blocks import BUTTON_VALUE_MAX_CHARS
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Block, Message
from bot.slack.cards.issue_page import page_value

_log = structlog.get_logger(__name__)
STALE = "hash_conflict"
"""Slack's word for a view that was changed meanwhile (Slack: views.publish)."""


class UserStateStore(Protocol):
    """What people were told once; `bot.store.people` knows."""

    async def get(self, member: Member) -> UserState:
        """Return what is known of a member; an empty state for a new one."""
        ...

    async def welcome(self, member: Member, now: datetime) -> bool:
        """Note that they were welcomed; return whether for the first time."""
        ...


class HomeStore(Protocol):
    """The tables that the Home tab reads and writes."""

    @property
    def people(self) -> UserStateStore:
        """What people were told once."""
        ...

    @property
    def bookmarks(self) -> BookmarkStore:
        """Everyone's bookmarks."""
        ...

    @property
    def subscriptions(self) -> Subscribers:
        """Who subscribed which channel."""
        ...


@dataclass(frozen=True, slots=True)
class HomeSources:
    """What the Home tab asks: `newest` returns the newest issue, `upcoming` what a subscription posts next."""

    newest: Callable[[], Issue | None]
    upcoming: Callable[[Subscription, datetime], Awaitable[Upcoming]]


class Home:
    """Shows people their Home tabs."""

    def __init__(
        self,
        saved_links: SavedLinks,
        team: Team,
        store: HomeStore,
        sources: HomeSources,
        slack: Slack,
        names: CommandNames,
        clock: Clock,
    ) -> None:
        """Show what these know."""
        self._saved_links = saved_links
        self._team = team
        self._people = store.people
        self._bookmarks = store.bookmarks
        self._subscribers = store.subscriptions
        self._newest, self._upcoming = sources.newest, sources.upcoming
        self._slack = slack
        self._names = names
        self._clock = clock

    async def opened(self, workspace: WorkspaceId, user: str, stamp: str = "") -> None:
        """Show the Home tab to somebody who opened it, with the first steps the first time. Raises SlackError."""
        member = member_of(workspace, user)
        person = await self._people.get(member)
        await self.show(workspace, user, HomeState(welcome=not person.welcomed), stamp)
        if not person.welcomed:
            await self._people.welcome(member, self._clock.now())

    async def show(self, workspace: WorkspaceId, user: str, state: HomeState, stamp: str = "") -> None:
        """Show a `state` of the tab; if the tab changed meanwhile, try once more. Raises SlackError."""
        member = member_of(workspace, user)
        try:
            await self._slack.publish_home(workspace, user, await self._view(workspace, member, state), stamp)
        except SlackError as error:
            if error.code != STALE:
                raise
            await self._slack.publish_home(workspace, user, await self._view(workspace, member, state))

    async def blank(self, workspace: WorkspaceId, user: str) -> None:
        """Clear the tab of somebody whose data was deleted. A tab that can't be reached is left."""
        try:
            await self._slack.publish_home(workspace, user, said.unavailable(said.blank(self._names)))
        except SlackError as error:
            _log.warning("home_tab.left", error=str(error))

    async def sorry(self, workspace: WorkspaceId, user: str, message: Message) -> None:
        """Show a message in place of a tab that could not be made. Raises SlackError."""
        await self._slack.publish_home(workspace, user, said.unavailable(message))

    async def tell(self, workspace: WorkspaceId, trigger: str, view: Block) -> None:
        """Open a modal over the tab. Raises SlackError."""
        await self._slack.open_view(workspace, trigger, view)

    async def save(self, member: Member, wanted: str, at: int | None) -> None:
        """Save one of the links that the team saves most; the tab showed no others. `at` None is now."""
        now = self._clock.now()
        for link, _ in await self._team.most_saved(member.home, MAX_RESULTS) or ():
            if link.key == wanted:
                await self._bookmarks.save(member, [link], at_or_now(at, now), now)

    async def remove(self, member: Member, key_: str, at: int | None) -> None:
        """Remove any bookmark of the member's own."""
        if key_ in await self._bookmarks.which(member, [key_]):
            await self._bookmarks.remove(member, [key_], at_or_now(at, self._clock.now()))

    async def read(self, member: Member, workspace: WorkspaceId, trigger: str, issue: Issue, page: int) -> None:
        """Show a page of an issue over the tab. Raises SlackError."""
        shown = said.issue_modal(await self._page(member, issue, page))
        await self._slack.open_view(workspace, trigger, shown)

    async def show_page(self, member: Member, workspace: WorkspaceId, view_id: str, issue: Issue, page: int) -> None:
        """Show another page of an issue that is open over the tab. Raises SlackError."""
        await self.replace(workspace, view_id, await self._page(member, issue, page))

    async def replace(self, workspace: WorkspaceId, view_id: str, message: Message) -> None:
        """Show a message in the modal that is open over the tab. Raises SlackError."""
        await self._slack.update_view(workspace, view_id, said.issue_modal(message))

    async def _page(self, member: Member, issue: Issue, page: int) -> Message:
        linked = {entry.position: first_key(entry) for _, entry in issue.entries() if entry.links}
        kept = await self._bookmarks.which(member, linked.values())
        return issue_page(issue, page, frozenset(at for at, each in linked.items() if each in kept))

    async def _view(self, workspace: WorkspaceId, member: Member, state: HomeState) -> Block:
        now = self._clock.now()
        page = await self._saved_links.page(member, state.listing, unread_first=True)
        most = await self._team.most_saved(member.home, said.MAX_TEAM_LINKS)
        kept = await self._bookmarks.which(member, [link.key for link, _ in most]) if most else frozenset[str]()
        team = None if most is None else [said.TeamLink(shared, link.key, link.key in kept) for link, shared in most]
        channels = await self._subscribers.of_person(workspace, member.user)
        shown = HomePage(
            replace(state, listing=page.listing),
            page,
            [await self._subscribed(each, now) for each in channels[: said.MAX_CHANNELS]],
            self._new(),
            team,
            max(0, len(channels) - said.MAX_CHANNELS),
        )
        return said.home(shown, now.date(), self._names)

    def _new(self) -> Newest | None:
        issue = self._newest()
        if issue is None:
            return None
        value = page_value(issue.slug, 1)
        opens = value if len(value) <= BUTTON_VALUE_MAX_CHARS else ""
        return Newest(title(issue), issue.published, opens, guessed=issue.date_guessed)

    async def _subscribed(self, each: Subscription, now: datetime) -> Subscribed:
        reason = each.paused.reason if each.paused else ""
        coming = Upcoming() if reason else await self._upcoming(each, now)
        return Subscribed(
            each.channel, str(each.schedule), coming.at, reason, coming.title, coming.newsletter or each.newsletter
        )

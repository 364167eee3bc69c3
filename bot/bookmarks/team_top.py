"""What a team keeps: counted over at least two people, named after nobody, and nowhere if the team does not want it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from archive.issue import Issue
from bot.bookmarks.views import team_top as said
from bot.bookmarks.views.team_top import MIN_PEOPLE, Shared
from bot.domain.bookmark import BookmarkLink, LinkCount, Member, member_of
from bot.domain.clock import Clock, microseconds
from bot.domain.period import Period
from bot.domain.subscription import Subscription
from bot.domain.title import label
from bot.domain.workspace import WorkspaceId
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.store.bookmarks import Bookmarks
from bot.store.people import People
from bot.store.teams import Teams

WEEK = timedelta(days=7)
_MAX_TRIED_LINKS = 5
_MAX_CACHED_TEAMS = 1_000
_CACHE_SECONDS = 60.0
_SLOW_SECONDS = 0.25
"""Seconds of counting that are too many for every look at a Home tab (half a million bookmarks)."""


class Subscribers(Protocol):
    """Who subscribed which channel."""

    async def of_person(self, workspace: WorkspaceId, user: str) -> tuple[Subscription, ...]:
        """Give the subscriptions that a person made."""
        ...


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was `found` when the team kept so much `together`, `at` a moment of the event loop's, in so many seconds."""

    found: tuple[LinkCount, ...]
    together: tuple[int, int]
    at: float
    took: float

    def holds(self, together: tuple[int, int], now: float) -> bool:
        """Say whether it can still be shown. One link more and another less is noticed within the minute."""
        age = now - self.at
        return age < _CACHE_SECONDS and (self.together == together or self.took > _SLOW_SECONDS)


class Team:
    """Counts what a team keeps. A team is an organisation, or a workspace that belongs to none."""

    def __init__(  # noqa: PLR0913, PLR0917 - its ports, given once
        self,
        counts: Bookmarks,
        census: People,
        options: Teams,
        subscribers: Subscribers,
        issue_of: Callable[[str], Issue | None],
        names: CommandNames,
        clock: Clock,
    ) -> None:
        """Read `counts`, as far as `options` say; `issue_of` gives the issue of an identity."""
        self._counts = counts
        self._census = census
        self._counted: OrderedDict[str, _Counted] = OrderedDict()
        self._wishes = options
        self._subscribers = subscribers
        self._issue_of = issue_of
        self._names = names
        self._clock = clock

    async def top(self, home: str, period: Period) -> Message:
        """List what is kept most, or say that it is switched off."""
        if not await self._wishes.counted(home):
            return said.off(self._names)
        found = await self._most_saved(home, period, said.MAX_RESULTS)
        return said.top([self._shared(each) for each in found], period, self._clock.now().date(), self._names)

    async def most_saved(self, home: str, limit: int) -> tuple[tuple[BookmarkLink, Shared], ...] | None:
        """Give the links kept most of all time, most first, at most `MOST`; None where it is switched off.

        They are counted again when the team keeps more or fewer links; where counting took long, once a minute.
        """
        if not await self._wishes.counted(home):
            return None
        together = await self._census.together(home)
        if together[0] < MIN_PEOPLE:
            return ()
        known = self._counted.pop(home, None)
        seconds = asyncio.get_running_loop().time
        if known is None or not known.holds(together, seconds()):
            began = seconds()
            found = await self._most_saved(home, Period.ALL, said.MAX_RESULTS)
            known = _Counted(found, together, began, seconds() - began)
        self._counted[home] = known
        while len(self._counted) > _MAX_CACHED_TEAMS:
            self._counted.popitem(last=False)
        return tuple((each.link, self._shared(each)) for each in known.found[:limit])

    async def switch(self, member: Member, workspace: WorkspaceId, *, on: bool) -> Message:
        """Switch the counts for the whole team: whoever subscribed a channel here may, and only they are told."""
        if not await self._subscribers.of_person(workspace, member.user):
            return said.not_yours(self._names)
        await self._wishes.count(member.home, on=on)
        return said.switched(self._names, on=on)

    async def line(self, workspace: WorkspaceId, now: datetime) -> str:
        """Say in one line what was kept most in the seven days before `now`, "" for nothing (delivery.footnote)."""
        home = member_of(workspace, "").home
        if not await self._wishes.counted(home):
            return ""
        found = await self._counts.top(home, microseconds(now - WEEK), microseconds(now), _MAX_TRIED_LINKS, MIN_PEOPLE)
        return next(filter(None, (said.line(self._shared(each)) for each in found)), "")

    async def _most_saved(self, home: str, period: Period, limit: int) -> tuple[LinkCount, ...]:
        now = self._clock.now()
        since = microseconds(now - timedelta(days=period.days)) if period.days else 0
        # What was kept a moment ago by Slack's clock may be ahead of this one.
        return await self._counts.top(home, since, microseconds(now + timedelta(hours=1)), limit, MIN_PEOPLE)

    def _shared(self, each: LinkCount) -> Shared:
        issue = self._issue_of(each.link.issue)
        name, published = (label(issue), issue.published) if issue else ("", None)
        return Shared(each.link.url, each.link.headline, each.people, name, published)

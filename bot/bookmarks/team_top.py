"""What a team saves most: counts of at least two people, without names, and only if the team wants them."""

from __future__ import annotations

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
from bot.domain.workspace import WorkspaceId
from bot.lookup.issue_name import numbered
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.store.bookmarks import Bookmarks
from bot.store.people import People
from bot.store.teams import Teams

WEEK = timedelta(days=7)
_MAX_TRIED_LINKS = 5  # for the digest: an address may be too long for its line
_MAX_NARROWED_LINKS = 1_000
"""So many of the links saved most are looked at for those of one newsletter."""
_MAX_CACHED_TEAMS = 1_000
_CACHED = timedelta(seconds=60)
_SLOW = timedelta(milliseconds=250)
"""A count that takes longer (half a million bookmarks) is reused for as long as `_CACHED`, whatever changes."""


class Subscribers(Protocol):
    """The subscriptions (`bot.store.subscriptions`)."""

    async def of_person(self, workspace: WorkspaceId, user: str) -> tuple[Subscription, ...]:
        """Return the subscriptions that a person made."""
        ...


@dataclass(frozen=True, slots=True)
class _Counted:
    """The links `found` when the team had so many people and bookmarks `together`: a count begun `at`, that `took`."""

    found: tuple[LinkCount, ...]
    together: tuple[int, int]
    at: datetime
    took: timedelta

    def holds(self, together: tuple[int, int], now: datetime) -> bool:
        """Return whether the count can still be shown.

        A link added and another removed leave the totals alike; the count then changes within `_CACHED`.
        """
        age = now - self.at  # below zero when the clock was set back
        return timedelta() <= age < _CACHED and (self.together == together or self.took > _SLOW)


class Team:
    """Counts what a team saves. A team is an organisation, or a workspace that is not part of one."""

    def __init__(
        self,
        counts: Bookmarks,
        census: People,
        options: Teams,
        subscribers: Subscribers,
        issue_of: Callable[[str], Issue | None],
        names: CommandNames,
        clock: Clock,
    ) -> None:
        """Count where `options` allow it; `issue_of` returns the issue with an identity, or None."""
        self._counts = counts
        self._census = census
        self._counted: OrderedDict[str, _Counted] = OrderedDict()
        self._options = options
        self._subscribers = subscribers
        self._issue_of = issue_of
        self._names = names
        self._clock = clock

    async def top(self, home: str, period: Period, newsletter: str = "") -> Message:
        """Return the links saved most in a period, or a message that the counts are switched off.

        `newsletter` is the slug of the one whose links are counted, "" for all.
        """
        if not await self._options.counted(home):
            return said.off(self._names)
        found = await self._most_saved(home, period, _MAX_NARROWED_LINKS if newsletter else said.MAX_RESULTS)
        shown = [self._shared(each) for each in found if not newsletter or self._newsletter(each) == newsletter]
        return said.top(shown, period, self._clock.now().date(), self._names, newsletter=newsletter)

    def _newsletter(self, each: LinkCount) -> str:
        """Return the slug of the newsletter that a link is from, "" if the archive does not tell."""
        issue = self._issue_of(each.link.issue)
        return issue.newsletter if issue else ""

    async def most_saved(self, home: str, limit: int) -> tuple[tuple[BookmarkLink, Shared], ...] | None:
        """Return at most `limit` links saved most of all time, most first; None if the counts are switched off.

        They are counted again when the team's totals change, or once a minute if counting is slow.
        """
        if not await self._options.counted(home):
            return None
        together = await self._census.together(home)
        if together[0] < MIN_PEOPLE:
            return ()
        known = self._counted.pop(home, None)
        now = self._clock.now
        if known is None or not known.holds(together, now()):
            began = now()
            found = await self._most_saved(home, Period.ALL, said.MAX_RESULTS)
            known = _Counted(found, together, began, now() - began)
        self._counted[home] = known
        while len(self._counted) > _MAX_CACHED_TEAMS:
            self._counted.popitem(last=False)
        return tuple((each.link, self._shared(each)) for each in known.found[:limit])

    async def switch(self, member: Member, workspace: WorkspaceId, *, on: bool) -> Message:
        """Switch the counts on or off for the whole team; only people who subscribed a channel here may."""
        if not await self._subscribers.of_person(workspace, member.user):
            return said.not_yours(self._names)
        await self._options.count(member.home, on=on)
        return said.switched(self._names, on=on)

    async def line(self, workspace: WorkspaceId, now: datetime) -> str:
        """Return a line of markup on the link saved most in the seven days before `now`, "" if none was.

        This is the `Footnote` of `bot.digests.delivery.footnote`.
        """
        home = member_of(workspace, "").home
        if not await self._options.counted(home):
            return ""
        found = await self._counts.top(home, microseconds(now - WEEK), microseconds(now), _MAX_TRIED_LINKS, MIN_PEOPLE)
        return next(filter(None, (said.line(self._shared(each)) for each in found)), "")

    async def _most_saved(self, home: str, period: Period, limit: int) -> tuple[LinkCount, ...]:
        now = self._clock.now()
        since = microseconds(now - timedelta(days=period.days)) if period.days else 0
        # Slack's clock may be ahead of ours: without the hour, the newest bookmarks would be missing.
        return await self._counts.top(home, since, microseconds(now + timedelta(hours=1)), limit, MIN_PEOPLE)

    def _shared(self, each: LinkCount) -> Shared:
        issue = self._issue_of(each.link.issue)
        name, published = (numbered(issue), issue.published) if issue else ("", None)
        return Shared(each.link.url, each.link.headline, each.people, name, published)

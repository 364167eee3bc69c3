"""A bookmark: one link that one person keeps, and how it follows from what they did.

Whatever happens to a link is a *mark*: one way of keeping it (a reaction on a message, or by hand), there or gone at a
moment of Slack's clock. Of each way only its newest moment counts; at the same moment, gone wins. Removing a link is a
moment up to which everything is gone. So what a person keeps is a function of the set of events, in whatever order,
however often and however late they come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from archive.link import is_http, key
from bot.domain.bookmark_file.record import TITLE_MAX_CHARS, URL_MAX_CHARS
from bot.domain.text import one_line
from bot.domain.workspace import WorkspaceId, enterprise_of, team_of

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "keycap_ten")
"""Names of the emoji that stand for an entry's number, from 1."""
_TS = re.compile(r"(\d{1,12})\.(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who keeps links: the person `user` of the organisation or workspace `home`.

    `home` is "" when it is not known: Slack does not say from which of the workspaces that share a channel a reaction
    comes. People's ids are the same everywhere (Slack: apis/slack-connect), so such a reaction goes to the person of
    that id whose home is known, or waits under no home until they show themselves in their own workspace.
    """

    home: str
    user: str


def member_of(workspace: WorkspaceId, user: str) -> Member:
    """Give the person `user` of the `workspace`: an organisation's workspaces are one home."""
    return Member(enterprise_of(workspace) or team_of(workspace) or "-", user)


def member_at(workspace: WorkspaceId, user: str, team: str) -> Member:
    """Give the person `user` who did something in `workspace` and is of the `team`, "" where Slack does not say.

    In an organisation Slack may name that instead (E…). In a channel shared with others it may be another workspace's
    person, whose home is not known then.
    """
    at_home = team in {"", team_of(workspace), enterprise_of(workspace)}
    return member_of(workspace, user) if at_home else Member("", user)


@dataclass(frozen=True, slots=True)
class BookmarkLink:
    """A link as it is kept: its address as shown, its headline, and where it stood.

    `issue` is the issue's identity and `position` its entry's; "" and -1 for a link that the archive does not know,
    whose own words are `text`. `url` is "" for an entry without a link.
    """

    url: str
    headline: str
    text: str = ""
    issue: str = ""
    position: int = -1

    @property
    def key(self) -> str:
        """Give the link's identity: 32 hexadecimal digits of its canonical address."""
        return key(self.url or f"entry:{self.issue}:{self.headline}")


@dataclass(frozen=True, slots=True)
class BookmarkEvent:
    """One way of keeping a link: `held` or let go at `at`, in microseconds by Slack's clock."""

    held: bool
    at: int
    link: BookmarkLink


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One link that somebody keeps, since `at`; whether they have `read` it, and their `note`."""

    key: str
    link: BookmarkLink
    at: datetime
    read: bool = False
    note: str = ""

    @property
    def url(self) -> str:
        """Give the address as shown, "" for an entry without one."""
        return self.link.url

    @property
    def headline(self) -> str:
        """Give the headline as it was when it was kept."""
        return self.link.headline

    @property
    def issue(self) -> str:
        """Give the issue's identity, "" for a link that the archive does not know."""
        return self.link.issue


@dataclass(frozen=True, slots=True)
class BookmarkSource:
    """One way of keeping: a message and an emoji; by hand, no message but the link's key. `workspace` told of it."""

    channel: str
    ts: str
    emoji: str = ""
    workspace: str = ""
    shared: bool = False


def manual_source(key: str) -> BookmarkSource:
    """Give the way of keeping a link by a button, a form or a file."""
    return BookmarkSource("", key)


@dataclass(frozen=True, slots=True)
class ShownLinks:
    """What a message shows: its `links` in order, and whether the message is `ours`: the bot's own."""

    links: tuple[BookmarkLink, ...]
    ours: bool = True


@dataclass(frozen=True, slots=True)
class ReactionOutcome:
    """What a reaction came to.

    `shown_links` is what its message shows, None when that is not known (`doubt`: it may be one of the bot's own that
    is still on its way). `fresh` is False for an event that was seen before or came too late; `saved` is the link that
    is kept from now on, if any; `hinted` says whether the person was told how keeping works.
    """

    shown_links: ShownLinks | None = None
    doubt: bool = False
    fresh: bool = False
    saved: BookmarkLink | None = None
    hinted: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what somebody keeps, and how many there are in all, and of those unread."""

    bookmarks: tuple[Bookmark, ...] = ()
    total: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class LinkCount:
    """A link and how many people keep it."""

    link: BookmarkLink
    people: int


def moment(ts: str) -> int:
    """Read one of Slack's times, seconds with six digits after the point, exactly: in microseconds.

    Raises ValueError for anything else.
    """
    if not _TS.fullmatch(ts):
        raise ValueError(ts)
    return int(Decimal(ts) * 1_000_000)


def newer(held: bool, at: int, was: tuple[bool, int] | None) -> bool:  # noqa: FBT001 - a mark's two facts
    """Say whether a mark (`held` at `at`) takes the place of what the same way `was`."""
    return was is None or (at, not held) > (was[1], not was[0])


def settled(events: Iterable[BookmarkEvent], removed: int) -> BookmarkEvent | None:
    """Give the mark that a link is kept by and shown as, None when it is not kept.

    `events` are the newest of each way, `removed` the last moment at which the link was removed. The bookmark began
    with the oldest mark that holds; it is shown as the oldest that knows its issue.
    """
    living = sorted(
        (event for event in events if event.held and event.at > removed),
        key=lambda event: (event.at, not event.link.issue, link_json(event.link)),
    )
    if not living:
        return None
    shown = next((event.link for event in living if event.link.issue), living[0].link)
    return BookmarkEvent(held=True, at=living[0].at, link=shown)


def number_of(emoji: str) -> int | None:
    """Give the number (from 1) that an emoji stands for, None when it stands for none."""
    return NUMBERS.index(emoji) + 1 if emoji in NUMBERS else None


def meant(links: tuple[BookmarkLink, ...], emoji: str, *, numbered: bool = True) -> BookmarkLink | None:
    """Give the link that a reaction with `emoji` on a message that shows `links` means; None: none, or which?"""
    number = number_of(emoji)
    if number is None:
        return links[0] if len(links) == 1 else None
    # Below a single link a number is somebody's count, not a choice.
    return links[number - 1] if numbered and 1 < len(links) >= number else None


def checked(url: str, words: str, text: str = "") -> BookmarkLink | None:
    """Give a link from outside as it may be kept; None for an address that is none of the web or too long."""
    url = url.strip()
    if not is_http(url) or len(url) > URL_MAX_CHARS or not url.isprintable():
        return None
    return BookmarkLink(url, one_line(words)[:TITLE_MAX_CHARS], one_line(text)[:TITLE_MAX_CHARS])


def link_json(link: BookmarkLink) -> str:
    """Give a link as JSON."""
    return json.dumps([link.url, link.headline, link.text, link.issue, link.position])


def link_of(text: str) -> BookmarkLink:
    """Read what `link_json` gave."""
    url, headline, words, issue, position = json.loads(text)
    return BookmarkLink(url, headline, words, issue, position)


def links_json(links: Iterable[BookmarkLink]) -> str:
    """Give links as JSON, in order."""
    return json.dumps([[link.url, link.headline, link.text, link.issue, link.position] for link in links])


def links_of(text: str) -> tuple[BookmarkLink, ...]:
    """Read what `links_json` gave."""
    return tuple(BookmarkLink(*row) for row in json.loads(text))

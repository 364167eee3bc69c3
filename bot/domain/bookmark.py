"""A bookmark: a link that a person saved, and how it follows from what they did.

Everything that happens to a link is a *bookmark event*: one source of it (a reaction to a message, or by hand) was
added or removed at a time by Slack's clock. Only the newest event of each source counts; at the same time, a removal
wins. Removing the link itself removes every source up to that time. So bookmarks are a function of the set of events,
in any order, repeated or late.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from archive.link import is_http, key
from bot.domain.bookmark_file.record import TITLE_MAX_CHARS, URL_MAX_CHARS
from bot.domain.text import one_line
from bot.domain.workspace import WorkspaceId, enterprise_of, team_of

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "keycap_ten")
"""Names of the emoji that stand for an entry's number, from 1."""
_BEYOND = re.compile(
    r"(?:keycap_|number_)?(?:1[1-9]|[2-9]\d)|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty"
)
"""Names that a workspace gives to its own emoji of larger numbers; Slack has none of them."""
_TS = re.compile(r"(\d{1,12})\.(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Member:
    """A person who saves links: `user` of the organisation or workspace `home`.

    `home` is "" if it is not known: in a shared channel Slack does not say from which workspace a reaction comes.
    People's ids are the same everywhere (Slack: apis/slack-connect), so such a reaction belongs to the person of that
    id whose home is known, or is stored without a home until they do something in their own workspace.
    """

    home: str
    user: str


def member_of(workspace: WorkspaceId, user: str) -> Member:
    """Return the member `user` of the `workspace`; an organisation's workspaces are one home."""
    return Member(enterprise_of(workspace) or team_of(workspace) or "-", user)


def member_at(workspace: WorkspaceId, user: str, team: str) -> Member:
    """Return the member `user` of the `team` ("" if Slack does not say) who did something in `workspace`.

    Slack may name the organisation (E…) as the team. In a shared channel it may be another workspace's person, whose
    home is then not known.
    """
    at_home = team in {"", team_of(workspace), enterprise_of(workspace)}
    return member_of(workspace, user) if at_home else Member("", user)


@dataclass(frozen=True, slots=True)
class BookmarkLink:
    """A link as it is saved: its address as shown, its headline, and where it is from.

    `issue` is the issue's identity and `position` the entry's; "" and -1 for a link that the archive does not know,
    whose words in its message are `text`. `url` is "" for an entry without a link. `number` is the one that its message
    shows beside it, 0 for none; it belongs to the message and is not stored with a bookmark.
    """

    url: str
    headline: str
    text: str = ""
    issue: str = ""
    position: int = -1
    number: int = field(default=0, compare=False)

    @property
    def key(self) -> str:
        """Return the link's identity: 32 hexadecimal digits of its canonical address."""
        return key(self.url or f"entry:{self.issue}:{self.headline}")


@dataclass(frozen=True, slots=True)
class BookmarkEvent:
    """A source of a link was added (`held`) or removed at `at`, in microseconds by Slack's clock."""

    held: bool
    at: int
    link: BookmarkLink


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A link that a person saved at `at`; whether they have `read` it, and their `note`."""

    key: str
    link: BookmarkLink
    at: datetime
    read: bool = False
    note: str = ""

    @property
    def url(self) -> str:
        """Return the address as shown, "" for an entry without one."""
        return self.link.url

    @property
    def headline(self) -> str:
        """Return the headline as it was when the link was saved."""
        return self.link.headline

    @property
    def issue(self) -> str:
        """Return the issue's identity, "" for a link that the archive does not know."""
        return self.link.issue


@dataclass(frozen=True, slots=True)
class BookmarkSource:
    """One way in which a link was saved: an emoji on a message or, by hand, the link's key as `ts`."""

    channel: str
    ts: str
    emoji: str = ""
    workspace: str = ""
    shared: bool = False


def manual_source(key: str) -> BookmarkSource:
    """Return the source of a link that is saved by a button, a form or a file."""
    return BookmarkSource("", key)


@dataclass(frozen=True, slots=True)
class ShownLinks:
    """The `links` that a message shows, in order, and whether it is `ours`, the bot's own."""

    links: tuple[BookmarkLink, ...]
    ours: bool = True


@dataclass(frozen=True, slots=True)
class ReactionOutcome:
    """The outcome of a reaction.

    `shown_links` are its message's, None if they are not known (`unconfirmed`: it may be a message of ours whose ts is
    not recorded yet). `fresh` is False for an event that is repeated or outdated; `saved` is the link that is a
    bookmark from now on, if any; `hinted` says whether the person was told how saving works.
    """

    shown_links: ShownLinks | None = None
    unconfirmed: bool = False
    fresh: bool = False
    saved: BookmarkLink | None = None
    hinted: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a member's bookmarks, the `total` number of them, and how many are unread."""

    bookmarks: tuple[Bookmark, ...] = ()
    total: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class LinkCount:
    """A link and how many people saved it."""

    link: BookmarkLink
    people: int


def moment(ts: str) -> int:
    """Return a Slack time (seconds with six decimals) in microseconds, exactly. Raises ValueError for other text."""
    if not _TS.fullmatch(ts):
        raise ValueError(ts)
    return int(Decimal(ts) * 1_000_000)


def newer(held: bool, at: int, was: tuple[bool, int] | None) -> bool:  # noqa: FBT001 - an event's two facts
    """Return whether an event (`held` at `at`) replaces the one stored for the same source (`was`)."""
    return was is None or (at, not held) > (was[1], not was[0])


def settled(events: Iterable[BookmarkEvent], removed: int) -> BookmarkEvent | None:
    """Return the event that makes a link a bookmark, None if it is not one.

    `events` are the newest of each source, `removed` is when the link was last removed. The bookmark dates from the
    oldest event that holds and shows the link of the oldest that knows its issue.
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
    """Return the number (from 1) that an emoji stands for, or None."""
    return NUMBERS.index(emoji) + 1 if emoji in NUMBERS else None


def is_beyond_ten(emoji: str) -> bool:
    """Return whether an emoji is named for a number from 11 to 99, for which Slack has none of its own."""
    return _BEYOND.fullmatch(emoji) is not None


def link_numbers(links: Sequence[BookmarkLink]) -> tuple[int, ...]:
    """Return the number by which each of a message's links is known, 0 for one without.

    They are those that the message shows; where it shows none, the links are counted from 1.
    """
    shown = tuple(link.number for link in links)
    return shown if any(shown) else tuple(range(1, len(links) + 1))


def meant(links: tuple[BookmarkLink, ...], emoji: str, *, numbered: bool = True) -> BookmarkLink | None:
    """Return the link that a reaction with `emoji` to a message with `links` means, None if it means no one link."""
    number = number_of(emoji)
    if number is None:
        return links[0] if len(links) == 1 else None
    # On a message with a single link a number is a count, not a choice.
    if not numbered or len(links) < 2:
        return None
    return next((link for link, known in zip(links, link_numbers(links), strict=True) if known == number), None)


def checked(url: str, words: str, text: str = "") -> BookmarkLink | None:
    """Return a link from outside in the form it is saved; None if it is no web address or too long."""
    url = url.strip()
    if not is_http(url) or len(url) > URL_MAX_CHARS or not url.isprintable():
        return None
    return BookmarkLink(url, one_line(words)[:TITLE_MAX_CHARS], one_line(text)[:TITLE_MAX_CHARS])


def link_json(link: BookmarkLink) -> str:
    """Return a link as JSON."""
    return json.dumps([link.url, link.headline, link.text, link.issue, link.position])


def link_of(text: str) -> BookmarkLink:
    """Return the link that `link_json` wrote."""
    url, headline, words, issue, position = json.loads(text)
    return BookmarkLink(url, headline, words, issue, position)


def links_json(links: Iterable[BookmarkLink]) -> str:
    """Return links as JSON, in order."""
    return json.dumps([[link.url, link.headline, link.text, link.issue, link.position] for link in links])


def links_of(text: str) -> tuple[BookmarkLink, ...]:
    """Return the links that `links_json` wrote."""
    return tuple(BookmarkLink(*row) for row in json.loads(text))

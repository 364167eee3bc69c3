"""What keeping links needs of the world: a memory, and a door to Slack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.domain.bookmark import BookmarkLink, Member, ShownLinks
from bot.domain.workspace import WorkspaceId
from bot.slack.api.ports import Posted
from bot.slack.blocks.message import Message


class BookmarkStore(Protocol):
    """What remembers bookmarks; `bot.store.bookmarks` does. Times are in microseconds by Slack's clock."""

    async def save(
        self, member: Member, links: Iterable[BookmarkLink], at: int, now: datetime
    ) -> tuple[BookmarkLink, ...]:
        """Keep links by hand; give those that were not kept before."""
        ...

    async def remove(self, member: Member, keys: Iterable[str], at: int) -> int:
        """Keep links no longer, whichever way they were kept; give how many were."""
        ...

    async def which(self, member: Member, keys: Iterable[str]) -> frozenset[str]:
        """Give those of `keys` that somebody keeps."""
        ...

    async def catch_up(self) -> int:
        """Keep what was marked before its message was known and is known by now."""
        ...


class HintStore(Protocol):
    """Who was told what."""

    async def hint(self, member: Member, now: datetime) -> bool:
        """Note that somebody is told how keeping works; give whether that is the first time."""
        ...

    async def point(self, member: Member, now: datetime) -> bool:
        """Note that somebody is told how to keep from messages the bot cannot read; give whether for the first time."""
        ...


class PostingStore(Protocol):
    """Which links a message shows; `bot.store.postings` knows."""

    async def begin(self, workspace: WorkspaceId, channel: str, links: tuple[BookmarkLink, ...], now: datetime) -> int:
        """Note that a message with `links` is about to be posted; give the note's id."""
        ...

    async def sent(self, posting: int, channel: str, ts: str) -> None:
        """Note where it landed."""
        ...

    async def dropped(self, posting: int) -> None:
        """Note that it surely was not posted."""
        ...

    async def foreign(
        self, workspace: WorkspaceId, channel: str, ts: str, links: tuple[BookmarkLink, ...], now: datetime
    ) -> None:
        """Remember the links of somebody else's message for a while."""
        ...

    async def shown(self, workspace: WorkspaceId, channel: str, ts: str) -> ShownLinks | None:
        """Give what the message shows, None when it is not known."""
        ...

    async def thread(self, channel: str, ts: str) -> str | None:
        """Give the ts of the digest's channel message if `ts` is one of its replies."""
        ...


class BookmarkSlack(Protocol):
    """What of Slack this needs; every method raises a SlackError when it is refused."""

    async def post(self, workspace: WorkspaceId, channel: str, message: Message) -> Posted:
        """Post a message."""
        ...

    async def whisper(
        self, workspace: WorkspaceId, channel: str, user: str, message: Message, *, thread: str | None = None
    ) -> None:
        """Show a message to one person."""
        ...

    async def read(self, workspace: WorkspaceId, channel: str, ts: str) -> Mapping[str, Any] | None:
        """Give a message of anybody's, None where the bot may not read it."""
        ...

    async def open_view(self, workspace: WorkspaceId, trigger: str, view: Mapping[str, Any]) -> str:
        """Open a form and give its id."""
        ...

    async def update_view(self, workspace: WorkspaceId, view_id: str, view: Mapping[str, Any]) -> None:
        """Replace an open form."""
        ...

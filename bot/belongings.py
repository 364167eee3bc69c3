"""What belongs to a person: they take it along, bring more, or have all of it deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.clock import Clock, microseconds
from bot.messages import belongings as said
from bot.messages.message import Block, Message
from bot.messages.mrkdwn import clean
from bot.messages.names import Names
from bot.record.acquaintance import Acquaintance
from bot.record.bookmark import Bookmark, Keeper, checked, keeper_of
from bot.slack.door import Posted
from bot.slack.errors import FileRefusedError, RateLimitedError, SlackError
from bot.slack.workspace import WorkspaceId
from bot.takeout import netscape
from bot.takeout.keepsake import Format, Keepsake
from bot.takeout.write import write

NO_FILES = frozenset(
    {"missing_scope", "not_allowed_token_type", "unknown_method", "method_not_supported_for_channel_type"}
)
"""Slack's words for: this bot may not upload."""
READ_FILES = "files:read"
"""The scope without which a form may not ask for files, and the bot reads none (Slack: file-input-element)."""
_NO_FILE_FORM = frozenset({"missing_scope", "not_allowed_token_type", "invalid_arguments"})
_LONGEST_WAIT = 60.0
_log = structlog.get_logger(__name__)


class Memory(Protocol):
    """What remembers bookmarks."""

    async def all(self, keeper: Keeper) -> tuple[Bookmark, ...]:
        """Give everything that somebody keeps, newest first."""
        ...


class Arrivals(Protocol):
    """What takes in bookmarks that somebody brings; `bot.store.imports` does."""

    async def bring(self, keeper: Keeper, brought: Sequence[Bookmark], now: datetime) -> int:
        """Keep them; give how many links were not kept before."""
        ...


class Acquainted(Protocol):
    """Who is known; `bot.store.people` keeps it."""

    async def get(self, keeper: Keeper) -> Acquaintance:
        """Give what is known of somebody; of a stranger, nothing."""
        ...

    async def forget(self, keeper: Keeper, at: int) -> int:
        """Delete everything about somebody up to a time in microseconds; give how many links they kept."""
        ...


class Door(Protocol):
    """What of Slack this needs."""

    async def open_view(self, workspace: WorkspaceId, trigger: str, view: Mapping[str, Any]) -> str:
        """Open a modal and give its id."""
        ...

    async def direct(self, workspace: WorkspaceId, user: str, message: Message) -> Posted:
        """Post to the direct conversation with a person."""
        ...

    async def upload(self, workspace: WorkspaceId, name: str, content: bytes) -> str:
        """Upload a file that nobody sees yet; give its id."""
        ...

    async def grants(self, workspace: WorkspaceId, scope: str) -> bool:
        """Tell whether the bot has a scope."""
        ...

    async def download(self, workspace: WorkspaceId, address: str, most: int) -> bytes:
        """Fetch a file that somebody gave, of at most `most` bytes."""
        ...

    async def share_file(self, workspace: WorkspaceId, channel: str, file: str, title: str) -> None:
        """Show an uploaded file in a conversation."""
        ...


class Belongings:
    """Hands out, takes in, deletes. Whose it is comes from the signed request alone."""

    def __init__(  # noqa: PLR0913, PLR0917 - its ports, given once
        self,
        memory: Memory,
        arrivals: Arrivals,
        people: Acquainted,
        door: Door,
        names: Names,
        clock: Clock,
        forgot: Callable[[Keeper], None],
    ) -> None:
        """Work on these; `forgot` is told whom to forget in memory."""
        self._memory = memory
        self._arrivals = arrivals
        self._people = people
        self._door = door
        self._names = names
        self._clock = clock
        self._forgot = forgot
        self._reading = asyncio.Lock()  # one at a time: ten megabytes take a second or more

    async def take(self, workspace: WorkspaceId, user: str, kind: Format) -> Message:
        """Send somebody their own list: as a file in the direct conversation, as text where the bot may send no files.

        Gives what to tell them where they asked. Raises SlackError where neither can be sent.
        """
        kept = await self._memory.all(keeper_of(workspace, user))
        if not kept:
            return said.nothing_to_take(self._names)
        content = await asyncio.to_thread(write, [keepsake(each) for each in kept], kind)
        try:
            file = await self._door.upload(workspace, kind.file_name, content)
        except SlackError as error:
            if error.code not in NO_FILES:
                raise
            await self._as_text(workspace, user, len(kept), kind, content)
        else:
            there = await self._door.direct(workspace, user, said.taken(len(kept), kind))
            await self._door.share_file(workspace, there.channel, file, kind.file_name)
        typed = "export" if kind is Format.HTML else f"export {kind.value}"
        return said.sent(len(kept), self._names, typed=typed)

    async def _as_text(self, workspace: WorkspaceId, user: str, count: int, kind: Format, content: bytes) -> None:
        text = content.decode("utf-8-sig")
        for message in (said.taken(count, kind), *said.pieces(text)):
            await self._patiently(workspace, user, message)

    async def _patiently(self, workspace: WorkspaceId, user: str, message: Message) -> None:
        """Post a message, waiting once where Slack says to (one message a second to a conversation)."""
        try:
            await self._door.direct(workspace, user, message)
        except RateLimitedError as error:
            if error.retry_after > _LONGEST_WAIT:
                raise
            await asyncio.sleep(error.retry_after)
            await self._door.direct(workspace, user, message)

    async def bring(self, workspace: WorkspaceId, user: str, pasted: str) -> Block | str:
        """Keep the links of a browser's bookmarks; give the form's successor, or what is wrong in a line."""
        return await self._bring(workspace, user, pasted.encode("utf-8", "replace"))

    async def bring_file(self, workspace: WorkspaceId, user: str, file: said.Given) -> Block | str:
        """Fetch a file and keep its bookmarks; give the form's successor, or what is wrong in a line."""
        if file.owner != user:
            return said.NOT_YOURS
        if file.size > said.LARGEST:
            return said.TOO_LARGE
        try:
            content = await self._door.download(workspace, file.address, said.LARGEST)
        except FileRefusedError as error:
            _log.warning("a file was not fetched", error=str(error), workspace=workspace)
            return said.not_had(error.code)
        async with self._reading:
            if not await asyncio.to_thread(netscape.is_bookmarks, content):
                return said.NO_BOOKMARKS
            return await self._bring(workspace, user, content)

    async def _bring(self, workspace: WorkspaceId, user: str, content: bytes) -> Block | str:
        now = self._clock.now()
        found = await asyncio.to_thread(netscape.read, content, now)
        # Of those of one second the last that came is listed first: so the list has the order of the file.
        bookmarks = [bookmark for each in reversed(found.kept) if (bookmark := _bookmark(each)) is not None]
        refused = found.refused + len(found.kept) - len(bookmarks)
        if not bookmarks:
            reason = " Only addresses that begin with http:// or https:// are kept." if refused else ""
            return f'I found no bookmark in that.{reason} It should hold lines such as <A HREF="https://…">A title</A>.'
        new = await self._arrivals.bring(keeper_of(workspace, user), bookmarks, now)
        return said.window(said.brought(new, len(bookmarks) - new, refused, self._names, beyond=found.beyond))

    async def ask_forgetting(self, keeper: Keeper) -> Message:
        """Ask somebody whether they mean it."""
        return said.confirm_forgetting((await self._people.get(keeper)).kept, self._names)

    async def forget(self, keeper: Keeper, at: int | None) -> Message:
        """Delete everything about somebody, up to `at` (microseconds by Slack's clock; None: now). Twice is as once."""
        until = microseconds(self._clock.now()) if at is None else at
        count = await self._people.forget(keeper, until)
        self._forgot(keeper)
        _log.info("somebody was forgotten")
        return said.forgotten(count)

    async def ask(self, workspace: WorkspaceId, trigger: str) -> None:
        """Open the form that asks for bookmarks: for a file where the bot may read files. Raises SlackError."""
        if await self._door.grants(workspace, READ_FILES):
            try:
                await self._door.open_view(workspace, trigger, said.file_form(self._names))
            except SlackError as error:
                if error.code not in _NO_FILE_FORM:
                    raise
            else:
                return
        await self._door.open_view(workspace, trigger, said.import_form(self._names))


def keepsake(bookmark: Bookmark) -> Keepsake:
    """Give a bookmark as it leaves: to the second, as files say it."""
    at = bookmark.at - timedelta(microseconds=bookmark.at.microsecond)
    title = bookmark.headline or bookmark.link.text or bookmark.url
    return Keepsake(bookmark.url, " ".join(title.split()), bookmark.note, at, bookmark.read)


def _bookmark(brought: Keepsake) -> Bookmark | None:
    """Give what came in as a bookmark, None where its address may not be kept."""
    link = checked(brought.url, brought.title)
    return None if link is None else Bookmark(link.key, link, brought.at, brought.read, clean(brought.note).strip())

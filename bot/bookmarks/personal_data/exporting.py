"""Exporting a person's bookmarks."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

from bot.bookmarks.ports import BookmarkStore
from bot.bookmarks.views import personal_data as said
from bot.domain.bookmark import Bookmark, member_of
from bot.domain.bookmark_file.record import ExportedBookmark, Format
from bot.domain.bookmark_file.write import write
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Slack
from bot.slack.api.retry import retry_when_limited
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message

NO_FILES = frozenset(
    {"missing_scope", "not_allowed_token_type", "unknown_method", "method_not_supported_for_channel_type"}
)
"""Slack's error codes for a bot that may not upload files."""


class Exporting:
    """Sends people their bookmarks. Whose they are is read from the signed request only."""

    def __init__(self, store: BookmarkStore, slack: Slack, names: CommandNames) -> None:
        """Send the bookmarks in `store` through `slack`."""
        self._store = store
        self._slack = slack
        self._names = names

    async def take(self, workspace: WorkspaceId, user: str, kind: Format) -> Message:
        """Send a person their bookmarks in the direct conversation: as a file or, if the bot may not upload, as text.

        Return the answer to show where they asked. Raise SlackError if neither can be sent.
        """
        bookmarks = await self._store.all(member_of(workspace, user))
        if not bookmarks:
            return said.nothing_to_take(self._names)
        content = await asyncio.to_thread(write, [exported(each) for each in bookmarks], kind)
        try:
            file = await self._slack.upload(workspace, kind.file_name, content)
        except SlackError as error:
            if error.code not in NO_FILES:
                raise
            await self._as_text(workspace, user, len(bookmarks), kind, content)
        else:
            there = await self._slack.direct(workspace, user, said.taken(len(bookmarks), kind))
            await self._slack.share_file(workspace, there.channel, file, kind.file_name)
        typed = "export" if kind is Format.HTML else f"export {kind.value}"
        return said.sent(len(bookmarks), self._names, typed=typed)

    async def _as_text(self, workspace: WorkspaceId, user: str, count: int, kind: Format, content: bytes) -> None:
        text = content.decode("utf-8-sig")
        for message in (said.taken(count, kind), *said.pieces(text)):
            await retry_when_limited(partial(self._slack.direct, workspace, user, message))


def exported(bookmark: Bookmark) -> ExportedBookmark:
    """Return a bookmark as it is exported; files have times to the second."""
    at = bookmark.at - timedelta(microseconds=bookmark.at.microsecond)
    title = bookmark.headline or bookmark.link.text or bookmark.url
    return ExportedBookmark(bookmark.url, " ".join(title.split()), bookmark.note, at, bookmark.read)

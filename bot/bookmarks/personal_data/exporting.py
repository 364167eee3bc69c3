"""Exporting a person's bookmarks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from archive.issue import Issue
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

    def __init__(
        self,
        store: BookmarkStore,
        slack: Slack,
        names: CommandNames,
        issue_of: Callable[[str], Issue | None] = lambda _: None,
    ) -> None:
        """Send the bookmarks in `store` through `slack`; `issue_of` returns the issue with an identity."""
        self._issue_of = issue_of
        self._store = store
        self._slack = slack
        self._names = names

    async def take(self, workspace: WorkspaceId, user: str, kind: Format, newsletter: str = "") -> Message:
        """Send a person their bookmarks in the direct conversation: as a file or, if the bot may not upload, as text.

        `newsletter` is the slug of the one whose links are wanted, "" for all. Return the answer to show where they
        asked. Raise SlackError if neither can be sent.
        """
        every = [exported(each, self._newsletter(each)) for each in await self._store.all(member_of(workspace, user))]
        bookmarks = [each for each in every if each.newsletter == newsletter] if newsletter else every
        if not bookmarks:
            return said.nothing_to_take(self._names, newsletter if every else "")
        content = await asyncio.to_thread(write, bookmarks, kind)
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

    def _newsletter(self, bookmark: Bookmark) -> str:
        issue = self._issue_of(bookmark.issue) if bookmark.issue else None
        return issue.newsletter if issue else ""

    async def _as_text(self, workspace: WorkspaceId, user: str, count: int, kind: Format, content: bytes) -> None:
        text = content.decode("utf-8-sig")
        for message in (said.taken(count, kind), *said.pieces(text)):
            await retry_when_limited(partial(self._slack.direct, workspace, user, message))


def exported(bookmark: Bookmark, newsletter: str = "") -> ExportedBookmark:
    """Return a bookmark of a link of a `newsletter` as it is exported; files have times to the second."""
    at = bookmark.at - timedelta(microseconds=bookmark.at.microsecond)
    title = bookmark.headline or bookmark.link.text or bookmark.url
    return ExportedBookmark(bookmark.url, " ".join(title.split()), bookmark.note, at, bookmark.read, newsletter)

"""Bringing bookmarks along, pasted or as a file."""

from __future__ import annotations

import asyncio

import structlog

from bot.bookmarks.ports import BookmarkSlack
from bot.bookmarks.views import personal_data as said
from bot.domain.bookmark import Bookmark, checked, member_of
from bot.domain.bookmark_file import netscape
from bot.domain.bookmark_file.record import ExportedBookmark
from bot.domain.clock import Clock
from bot.domain.text import clean
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import FileRefusedError, SlackError
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Block
from bot.store.imports import Imports

READ_FILES = "files:read"
"""The scope without which a form may not ask for files, and the bot reads none (Slack: file-input-element)."""
_NO_FILE_FORM = frozenset({"missing_scope", "not_allowed_token_type", "invalid_arguments"})
_log = structlog.get_logger(__name__)


class Importing:
    """Takes bookmarks in. Whose they are comes from the signed request alone."""

    def __init__(self, arrivals: Imports, slack: BookmarkSlack, names: CommandNames, clock: Clock) -> None:
        """Keep in `arrivals` what comes through `slack`."""
        self._arrivals = arrivals
        self._slack = slack
        self._names = names
        self._clock = clock
        self._reading = asyncio.Lock()  # one at a time: ten megabytes take a second or more

    async def ask(self, workspace: WorkspaceId, trigger: str) -> None:
        """Open the form that asks for bookmarks: for a file where the bot may read files. Raises SlackError."""
        if await self._slack.grants(workspace, READ_FILES):
            try:
                await self._slack.open_view(workspace, trigger, said.file_form(self._names))
            except SlackError as error:
                if error.code not in _NO_FILE_FORM:
                    raise
            else:
                return
        await self._slack.open_view(workspace, trigger, said.import_form(self._names))

    async def bring(self, workspace: WorkspaceId, user: str, pasted: str) -> Block | str:
        """Keep the links of a browser's bookmarks; give the form's successor, or what is wrong in a line."""
        return await self._bring(workspace, user, pasted.encode("utf-8", "replace"))

    async def bring_file(self, workspace: WorkspaceId, user: str, file: said.UploadedFile) -> Block | str:
        """Fetch a file and keep its bookmarks; give the form's successor, or what is wrong in a line."""
        if file.owner != user:
            return said.NOT_YOURS
        if file.size > said.FILE_MAX_BYTES:
            return said.TOO_LARGE
        try:
            content = await self._slack.download(workspace, file.address, said.FILE_MAX_BYTES)
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
        bookmarks = [bookmark for each in reversed(found.bookmarks) if (bookmark := _bookmark(each)) is not None]
        refused = found.refused + len(found.bookmarks) - len(bookmarks)
        if not bookmarks:
            reason = " Only addresses that begin with http:// or https:// are kept." if refused else ""
            return f'I found no bookmark in that.{reason} It should hold lines such as <A HREF="https://…">A title</A>.'
        new = await self._arrivals.bring(member_of(workspace, user), bookmarks, now)
        return said.window(said.brought(new, len(bookmarks) - new, refused, self._names, beyond=found.beyond))


def _bookmark(brought: ExportedBookmark) -> Bookmark | None:
    """Give what came in as a bookmark, None where its address may not be kept."""
    link = checked(brought.url, brought.title)
    return None if link is None else Bookmark(link.key, link, brought.at, brought.read, clean(brought.note).strip())

"""Importing bookmarks, pasted or from a file."""

from __future__ import annotations

import asyncio

import structlog

from bot.bookmarks.views import personal_data as said
from bot.domain.bookmark import Bookmark, checked, member_of
from bot.domain.bookmark_file import netscape
from bot.domain.bookmark_file.record import ExportedBookmark
from bot.domain.clock import Clock
from bot.domain.text import clean
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import FileRefusedError, SlackError
from bot.slack.api.ports import Slack
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Block
from bot.store.imports import Imports

READ_FILES = "files:read"
"""The scope that a form with a file field needs, and reading the file too (Slack: file-input-element)."""
_NO_FILE_FORM = frozenset({"missing_scope", "not_allowed_token_type", "invalid_arguments"})
_log = structlog.get_logger(__name__)


class Importing:
    """Imports bookmarks. Whose they become is read from the signed request only."""

    def __init__(self, imports: Imports, slack: Slack, names: CommandNames, clock: Clock) -> None:
        """Save to `imports` what comes through `slack`."""
        self._imports = imports
        self._slack = slack
        self._names = names
        self._clock = clock
        self._reading = asyncio.Lock()  # one at a time: ten megabytes take a second or more

    async def ask(self, workspace: WorkspaceId, trigger: str) -> None:
        """Open the import form: for a file if the bot may read files, else for text. Raise SlackError if refused."""
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
        """Import the bookmarks in `pasted`; return the next view or, in a line, what is wrong."""
        return await self._bring(workspace, user, pasted.encode("utf-8", "replace"))

    async def bring_file(self, workspace: WorkspaceId, user: str, file: said.UploadedFile) -> Block | str:
        """Import the bookmarks of a file; return the next view or, in a line, what is wrong."""
        if file.owner != user:
            return said.NOT_YOURS
        if file.size > said.FILE_MAX_BYTES:
            return said.TOO_LARGE
        try:
            content = await self._slack.download(workspace, file.address, said.FILE_MAX_BYTES)
        except FileRefusedError as error:
            _log.warning("import_file.failed", error=str(error), workspace=workspace)
            return said.not_had(error.code)
        async with self._reading:
            if not await asyncio.to_thread(netscape.is_bookmarks, content):
                return said.NO_BOOKMARKS
            return await self._bring(workspace, user, content)

    async def _bring(self, workspace: WorkspaceId, user: str, content: bytes) -> Block | str:
        now = self._clock.now()
        found = await asyncio.to_thread(netscape.read, content, now)
        # Bookmarks of the same second are listed last written first: written in reverse, they keep the file's order.
        bookmarks = [bookmark for each in reversed(found.bookmarks) if (bookmark := _bookmark(each)) is not None]
        refused = found.refused + len(found.bookmarks) - len(bookmarks)
        if not bookmarks:
            reason = " Only addresses that begin with http:// or https:// are saved." if refused else ""
            return f'I found no bookmark in that.{reason} It should hold lines such as <A HREF="https://…">A title</A>.'
        new = await self._imports.bring(member_of(workspace, user), bookmarks, now)
        return said.window(said.brought(new, len(bookmarks) - new, refused, self._names, beyond=found.beyond))


def _bookmark(brought: ExportedBookmark) -> Bookmark | None:
    """Return an imported bookmark, None if its address cannot be saved."""
    link = checked(brought.url, brought.title)
    return None if link is None else Bookmark(link.key, link, brought.at, brought.read, clean(brought.note).strip())

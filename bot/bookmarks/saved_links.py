"""A person's bookmarks: listing, searching, marking as read, noting and removing them."""

from __future__ import annotations

from collections.abc import Callable

from archive.issue import Issue
from archive.search.result import Grade
from bot.bookmarks.personal_index import PersonalIndexes
from bot.bookmarks.ports import BookmarkStore
from bot.bookmarks.views.saved_list import PAGE_LINKS, Listed, Listing, saved
from bot.bookmarks.views.saved_row import READ, REMOVE, UNREAD, RowChoice, SavedRow, note_form
from bot.domain.bookmark import Bookmark, Member
from bot.domain.bookmark_file.record import NOTE_MAX_CHARS
from bot.domain.clock import Clock, at_or_now
from bot.domain.text import clean
from bot.domain.workspace import WorkspaceId
from bot.lookup.issue_name import numbered
from bot.slack.api.ports import Slack
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message

GONE = "That link is not among your bookmarks any more."


class SavedLinks:
    """Lists and edits bookmarks. Whose they are is read from the signed request only, never from a button."""

    def __init__(
        self,
        store: BookmarkStore,
        indexes: PersonalIndexes,
        issue_of: Callable[[str], Issue | None],
        slack: Slack,
        names: CommandNames,
        clock: Clock,
    ) -> None:
        """Read `store`; `issue_of` returns the issue with an identity, None if the archive does not have it."""
        self._store = store
        self._indexes = indexes
        self._issue_of = issue_of
        self._slack = slack
        self._names = names
        self._clock = clock

    async def saved(self, member: Member, listing: Listing) -> Message:
        """Return a page of a member's bookmarks as a message."""
        return saved(await self.page(member, listing), self._clock.now().date(), self._names)

    async def page(self, member: Member, listing: Listing, *, unread_first: bool = False) -> Listed:
        """Return a page of a member's bookmarks; past the end, the last page."""
        if listing.query:
            return await self._search(member, listing)
        page = await self._store.page(member, listing.offset, PAGE_LINKS, unread_first=unread_first)
        start = _last(listing.offset, page.total)
        return Listed(tuple(map(self.row, page.bookmarks)), Listing("", start), page.total, page.unread)

    async def _search(self, member: Member, listing: Listing) -> Listed:
        stamp = await self._store.stamp(member)
        answer, keys = await self._indexes.search(
            member, stamp, lambda: self._store.all(member), listing.query, limit=PAGE_LINKS, offset=listing.offset
        )
        if not keys and answer.total:
            return await self._search(member, listing.at(_last(listing.offset, answer.total)))
        rows = tuple(map(self.row, await self._store.some(member, keys)))
        problems = answer.problems
        if rows and answer.grade is Grade.NEAREST:
            problems = (f"Nothing squarely on {listing.query}: these come nearest", *problems)
        return Listed(rows, listing, answer.total, meant=answer.did_you_mean, problems=problems)

    def row(self, bookmark: Bookmark) -> SavedRow:
        """Return a bookmark as a row of a list."""
        issue = self._issue_of(bookmark.issue) if bookmark.issue else None
        name, published = (numbered(issue), issue.published) if issue else ("", None)
        return SavedRow(bookmark.key, bookmark.url, bookmark.headline, name, published, bookmark.read, bookmark.note)

    async def act(self, member: Member, choice: RowChoice, at: int | None) -> None:
        """Mark a bookmark as read or unread or remove it, as chosen from its menu; ignore any other choice.

        `at` is in microseconds by Slack's clock; None is now.
        """
        moment = at_or_now(at, self._clock.now())
        if choice.what == REMOVE:
            await self._store.remove(member, [choice.key], moment)
        elif choice.what in {READ, UNREAD}:
            await self._store.read(member, choice.key, moment, read=choice.what == READ)

    async def ask_note(self, member: Member, key: str, workspace: WorkspaceId, trigger: str, home: str = "") -> str:
        """Open the form for a note; return "" or, in a line, why it was not opened. Raise SlackError if refused."""
        bookmark = await self._store.get(member, key)
        if bookmark is None:
            return GONE
        form = note_form(key, bookmark.headline or bookmark.url, bookmark.note, home=home)
        await self._slack.open_view(workspace, trigger, form)
        return ""

    async def note(self, member: Member, key: str, text: str, at: int | None = None) -> str:
        """Set the note on a bookmark ("" removes it); return "" or, in a line, why that was not done."""
        text = clean(text).strip()
        if len(text) > NOTE_MAX_CHARS:
            return f"That is {len(text):,} characters; a note has at most {NOTE_MAX_CHARS}."
        found = await self._store.note(member, key, text, at_or_now(at, self._clock.now()))
        return "" if found else GONE


def _last(offset: int, total: int) -> int:
    """Return `offset`, or that of the last page if it is past the end."""
    return min(offset, max(0, total - 1) // PAGE_LINKS * PAGE_LINKS)

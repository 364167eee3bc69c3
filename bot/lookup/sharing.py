"""Making what somebody shares with a channel: some links of an answer, one link, or an issue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from archive.issue import Entry, Issue
from archive.search.result import Answer, Result
from bot.lookup.views import sharing as views
from bot.lookup.views.answer import SearchRequest, quoted
from bot.lookup.views.sharing import Shareable, ShareForm
from bot.slack.blocks.message import Block, Message
from bot.source.library import Current


@dataclass(frozen=True, slots=True)
class SharedContent:
    """A message for the channel, and the entries it shows in the order in which it numbers them."""

    message: Message
    entries: tuple[tuple[Issue, Entry], ...]


class SharingContent:
    """Looks up what is shared, for it may have changed since the button was made."""

    def __init__(
        self, current: Callable[[], Current], found: Callable[[SearchRequest], Answer], today: Callable[[], date]
    ) -> None:
        """Look in the `current` archive; `found` answers a search, and `today` makes ages."""
        self._current = current
        self._found = found
        self._today = today

    def form(self, what: Shareable, channel: str, url: str) -> Block | None:
        """Return the form that shares `what`, None if it is no longer there."""
        if what.request is not None:
            results = self._found(what.request).results
            said = f"Links on *{quoted(what.request.query)}*"
            return views.form(said, results, channel, url, what) if results else None
        issue = self._current().snapshot.get(what.slug)
        if issue is None:
            return None
        if what.position < 0:
            return views.form(views.named(issue), (), channel, url, what)
        result = _result(issue, what.position)
        return views.form(f"A link of {views.named(issue)}", (), channel, url, what) if result else None

    def content(self, asked: ShareForm, user: str) -> SharedContent | None:
        """Return what `user` (an id) shares, None if it is no longer there."""
        if asked.what.request is not None:
            return self._links(asked.what.request, asked, user)
        issue = self._current().snapshot.get(asked.what.slug)
        if issue is None:
            return None
        if asked.what.position < 0:
            message, positions = views.issue(issue, user, asked.line)
            entries = {entry.position: entry for _, entry in issue.entries()}
            return SharedContent(message, tuple((issue, entries[position]) for position in positions))
        result = _result(issue, asked.what.position)
        if result is None:
            return None
        return SharedContent(views.one(result, self._today(), user, asked.line), ((issue, result.entry),))

    def _links(self, request: SearchRequest, asked: ShareForm, user: str) -> SharedContent | None:
        found = self._found(request)
        some = [result for at, result in enumerate(found.results) if not asked.numbers or at in asked.numbers]
        if not some:
            return None
        message = views.page(replace(found, results=tuple(some)), request, self._today(), user, asked.line)
        return SharedContent(message, tuple((result.issue, result.entry) for result in some))


def _result(issue: Issue, position: int) -> Result | None:
    found = issue.entry_at(position)
    return None if found is None else Result(issue, *found, 1.0)

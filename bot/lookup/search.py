"""Answers from memory: searches, issues, a random link, topics, help. None of them waits for anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from archive.errors import ArchiveError, UnknownIssueError
from archive.issue import Entry, Issue, Section
from archive.kind import Kind
from archive.search.dates import day_of
from archive.search.newsletters import Newsletters
from archive.search.result import Answer, Grade
from archive.snapshot import NEWEST_WORDS
from bot.domain.clock import Clock
from bot.domain.text import one_line
from bot.lookup import commands, typed_command
from bot.lookup.misspelt import misspelt
from bot.lookup.mistyped import mistyped
from bot.lookup.sharing import SharingContent
from bot.lookup.views import help as helping
from bot.lookup.views import issue as issues
from bot.lookup.views import newsletters as choice
from bot.lookup.views.answer import PAGE_RESULTS, SearchRequest, answer, plain_query, written
from bot.lookup.views.mistyped import mistaken
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.source.library import Current

_MAX_CACHED_ANSWERS = 1_024
_MAX_SUGGESTIONS = 20
_MAX_TOPICS = 25
_NEAREST = 3
"""Entries shown of a nearest answer."""
_OPTION_MAX_CHARS = 150  # Slack: reference/block-kit/composition-objects/option-object
_UNPICKED = frozenset({Kind.SPONSOR, Kind.JOBS})

Chance = Callable[[int], int]
"""Returns a random integer in [0, n) for n of at least 1."""
Missed = Callable[[str, Grade], None]
"""Is told of a search without a strong answer, and its grade; returns at once."""
Graded = Callable[[Grade], None]
"""Is told of each search's grade; returns at once."""


class SearchSource(Protocol):
    """The archive in use."""

    @property
    def current(self) -> Current:
        """The snapshot and its index, which are swapped together."""
        ...


def private(message: Message) -> str:
    """Return the JSON that answers a command for the one who typed it (Slack: response_type ephemeral)."""
    return json.dumps(payload(message, response_type="ephemeral"))


def _private(text: str, blocks: str) -> str:
    """Return the same as `private` for a message whose blocks are JSON already."""
    return (
        f'{{"text": {json.dumps(text)}, "unfurl_links": false, "unfurl_media": false, '
        f'"response_type": "ephemeral", "blocks": {blocks}}}'
    )


def payload(message: Message, **more: Any) -> dict[str, Any]:
    """Return a message as a response URL takes it, with `more` fields; its links don't unfurl."""
    said: dict[str, Any] = {"text": message.text, "unfurl_links": False, "unfurl_media": False, **more}
    if message.blocks:
        said["blocks"] = list(message.blocks)
    return said


class Answers:
    """Answers from the archive in memory.

    The JSON of a search's answer is cached until the archive or the day changes, so that a question many people ask is
    searched and rendered once.
    """

    def __init__(
        self,
        library: SearchSource,
        names: CommandNames,
        clock: Clock,
        chance: Chance,
        missed: Missed = lambda *_: None,
        graded: Graded = lambda _: None,
    ) -> None:
        """Answer from `library`; `clock` makes ages, `chance` picks at random.

        `missed` hears of what was not found, and `graded` of every search that was typed.
        """
        self.names = names
        self._library = library
        self._clock = clock
        self._chance = chance
        self._missed = missed
        self._graded = graded
        self._bodies: dict[tuple[SearchRequest, str], tuple[str, Grade | None]] = {}
        self._of: tuple[Current | None, date | None] = (None, None)

    def parse(self, text: str) -> commands.Command:
        """Read what was typed after the main command; the archive's slugs name issues, and newsletters may be named."""
        return typed_command.parse(text, _Slugs(self._library), self._newsletters())

    def topic(self, topic: commands.Topic) -> str:
        """Search for a topic, and return the JSON that answers it for the one who asked."""
        return self._body(SearchRequest(topic.query, tools=topic.tools), topic.near)

    def _body(self, request: SearchRequest, near: str) -> str:
        if lost := self._lost():
            return private(blocks.line_message(lost))
        state = (self._library.current, self._clock.now().date())
        if state[0] is not self._of[0] or state[1] != self._of[1]:
            self._bodies.clear()
            self._of = state
        cached = self._bodies.get((request, near))
        if cached is None:
            while len(self._bodies) >= _MAX_CACHED_ANSWERS:
                del self._bodies[next(iter(self._bodies))]
            found = self._found(request)
            cached = self._bodies[request, near] = self._written(request, near, found, state[1])
        body, grade = cached
        if grade is not None:
            self._note(request, grade)
        return body

    def _note(self, request: SearchRequest, grade: Grade) -> None:
        self._graded(grade)
        if grade is not Grade.STRONG and not request.tools:
            self._missed(request.query, grade)

    def _written(self, request: SearchRequest, near: str, found: Answer, today: date) -> tuple[str, Grade | None]:
        """Return the JSON of what was found, and its grade; None for a command with a slip, which is no search."""
        meant = None if request.tools else mistyped(request.query, found)
        if meant is not None:
            return private(mistaken(meant, request.query, self.names)), None
        text, made = written(found, request, today, hint=self._hint(near, found, request))
        return _private(text, made), found.grade

    def _hint(self, near: str, found: Answer, request: SearchRequest) -> str:
        # A word that the archive has as it was typed is no misspelling.
        if not near and not request.tools and (found.assumed or not found.total):
            near = misspelt(request.query)
        return helping.hint(near, self._example()) if near else ""

    def topics(self) -> Message:
        """Offer what the archive talks about."""
        return issues.topics(self._library.current.index.topics(_MAX_TOPICS))

    def help(self) -> Message:
        """Explain every command."""
        newest, newsletters = self.newest(), self._newsletters()
        named = newest.newsletter if newest is not None and newsletters.are_several() else ""
        return helping.explain(self._example(), named)

    def tools_help(self, reason: str = "") -> Message:
        """Explain the command that searches the tools only, or say the `reason` why it did not search."""
        return blocks.line_message(reason) if reason else helping.explain_tools(self.names)

    def usage(self, reason: str = "", example: str = "") -> Message:
        """Say what was missing or wrong in a command, and what to type instead."""
        return helping.usage(reason, self._example(), example)

    def _example(self) -> CommandNames:
        """Return the names, with the newest issue's number for examples."""
        number = self._library.current.snapshot.newest_number()
        return self.names if number is None else replace(self.names, issue=str(number))

    def again(self, request: SearchRequest) -> Message:
        """Answer a search that was typed into an answer's menu."""
        self._note(request, self._found(request).grade)
        return self.search(request)

    def search(
        self, request: SearchRequest, near: str = "", *, shareable: bool = True, kept: Collection[str] = ()
    ) -> Message:
        """Search, and render one page for the one who asked.

        `near` names the sub-command the topic started like; `shareable` adds the button that shares the answer; `kept`
        are the keys of links that the person saved.
        """
        if lost := self._lost():
            return blocks.line_message(lost)
        found = self._found(request)
        if not found.results and found.total and request.offset:
            return self.search(request.at(0), near, shareable=shareable)  # the archive shrank since the button was made
        today = self._clock.now().date()
        return answer(found, request, today, hint=self._hint(near, found, request), shareable=shareable, kept=kept)

    @property
    def sharing(self) -> SharingContent:
        """Return what makes the messages that people share."""
        return SharingContent(lambda: self._library.current, self._found, lambda: self._clock.now().date())

    def entries(self, request: SearchRequest) -> tuple[tuple[Issue, Entry], ...]:
        """Search again, and return the page's entries in order, each with its issue."""
        return tuple((result.issue, result.entry) for result in self._found(request).results)

    def _lost(self) -> str:
        """Return what to say instead of an answer while the archive's issues are missing, "" if they are there."""
        current = self._library.current
        if not current.lost or current.snapshot.issues:
            return ""
        return (
            f"{current.lost}: I cannot look anything up until the archive is back. Nothing is lost or posted meanwhile"
        )

    def _found(self, request: SearchRequest) -> Answer:
        index = self._library.current.index
        today = self._clock.now().date()
        found = index.search(request.query, kinds=request.kinds, limit=PAGE_RESULTS, offset=request.offset, today=today)
        if found.grade is not Grade.NEAREST:
            return found
        return replace(found, results=found.results[:_NEAREST], total=min(found.total, _NEAREST))

    def suggest(self, typed: str) -> list[dict[str, Any]]:
        """Return options for Slack's type-ahead: first the typed text itself, then topics that complete it.

        Behind `from:` the newsletters complete it.
        """
        typed = one_line(typed)
        index = self._library.current.index
        more = index.newsletters.completed(typed)[:_MAX_SUGGESTIONS] or index.suggest(typed, _MAX_SUGGESTIONS)
        found = dict.fromkeys((typed, *more) if typed else ())
        return [
            {"text": {"type": "plain_text", "text": plain_query(each)}, "value": value}
            for each in found
            if len(value := SearchRequest(each).as_value()) <= _OPTION_MAX_CHARS
        ]

    def latest(self, newsletter: str = "") -> Message:
        """Show the newest issue (of the newsletter with this slug) and, where there are several, offer the others'."""
        newest = self._library.current.snapshot.only(newsletter).latest()
        if newest is None:
            return blocks.line_message(self._lost() or "the archive is empty")
        return self._beside_others(issues.issue_page(newest), newest, "latest")

    def _beside_others(self, shown: Message, issue: Issue, command: str) -> Message:
        newsletters = self._newsletters()
        if not newsletters.are_several():
            return shown
        return choice.beside(shown, issue.newsletter, newsletters.names, command)

    def _newsletters(self) -> Newsletters:
        return self._library.current.index.newsletters

    def issue(self, asked: str, page: int = 1, newsletter: str = "") -> Message:
        """Show one page of the issue `asked` for (number or slug; of a newsletter), or name the nearest ones."""
        try:
            return issues.issue_page(self.find(asked, newsletter), page)
        except ArchiveError as error:
            return blocks.line_message(self._lost() or str(error))

    def numbered(self, typed: str, newsletter: str = "") -> Message:
        """Show the issue `typed` as `issue` does, with the links that say its number below: 404 is also a topic.

        A date is looked up as a topic is: by the issue nearest to it. Where several newsletters have an issue of that
        number and none was named, it asks which.
        """
        if day_of(typed) and typed not in _Slugs(self._library):
            return self.search(SearchRequest(f"{typed} from:{newsletter}" if newsletter else typed))
        if typed.casefold() in NEWEST_WORDS and self._newsletters().are_several():
            return self.latest(newsletter)
        number = typed.removeprefix("#")
        if not number.isdecimal() or self._lost():
            return self.issue(typed, newsletter=newsletter)
        same = self._of_each(int(number), newsletter)
        shown = choice.which(int(number), same) if len(same) > 1 else self.issue(typed, newsletter=newsletter)
        request = SearchRequest(f'"{number}"')
        found = self._library.current.index.search(request.query, limit=PAGE_RESULTS, today=self._clock.now().date())
        elsewhere = [each for each in found.results if each.issue.number != int(number)]
        return issues.with_topic(shown, number, elsewhere, request.as_value())

    def _of_each(self, number: int, newsletter: str) -> tuple[Issue, ...]:
        """Return the newest issue of this number of every newsletter, newest first; only that of the one named."""
        found = self._library.current.snapshot.only(newsletter).labelled(number)
        newest = {issue.newsletter: issue for issue in found}
        return tuple(sorted(newest.values(), key=lambda issue: issue.published, reverse=True))

    def newest(self) -> Issue | None:
        """Return the newest issue, None if the archive is empty."""
        return self._library.current.snapshot.latest()

    def find(self, asked: str, newsletter: str = "") -> Issue:
        """Return the issue `asked` for by number or slug, the newest for ""; of one `newsletter` if its slug is given.

        Raises UnknownIssueError.
        """
        snapshot = self._library.current.snapshot.only(newsletter)
        if (newest := snapshot.latest()) is not None and not asked:
            return newest
        if newsletter and (issue := snapshot.get(f"{newsletter}/{asked}")):
            return issue
        try:
            return snapshot.find(asked or "latest")
        except UnknownIssueError as error:
            if name := self._newsletters().names.get(newsletter):
                raise UnknownIssueError(error.asked, error.near, name) from error
            raise

    def entry(self, slug: str, position: int) -> tuple[Issue, Section, Entry] | None:
        """Return the entry at a position of an issue, None if there is none."""
        issue = self._library.current.snapshot.get(slug)
        found = issue.entry_at(position) if issue is not None else None
        return None if issue is None or found is None else (issue, *found)

    def page_with(self, issue: Issue, position: int, saved: frozenset[int]) -> Message:
        """Show the page of an issue on which an entry stands; `saved` are the positions of bookmarked links."""
        return issues.issue_page(issue, issues.page_of(issue, position), saved)

    def picked(
        self, issue: Issue, section: Section, entry: Entry, *, newsletter: str = "", saved: bool = False
    ) -> Message:
        """Show one entry that was picked at random (from a newsletter), with `saved` for a bookmarked one."""
        today = self._clock.now().date()
        shown = issues.picked(issue, section, entry, today, newsletter=newsletter, saved=saved)
        return self._beside_others(shown, issue, "random")

    def random(self, newsletter: str = "") -> Message:
        """Show a random entry of any issue (of the newsletter with this slug), except sponsors and jobs."""
        newsletter = newsletter if newsletter in self._newsletters().names else ""  # it may be gone since the button
        picked = self._picked(newsletter)
        if picked is None:
            return blocks.line_message(self._lost() or "the archive is empty")
        return self.picked(*picked, newsletter=newsletter)

    def _picked(self, newsletter: str) -> tuple[Issue, Section, Entry] | None:
        """Pick an issue, then one of its entries: that needs no table of all entries."""
        all_issues = self._library.current.snapshot.only(newsletter).issues
        start = self._chance(len(all_issues)) if all_issues else 0
        for issue in (*all_issues[start:], *all_issues[:start]):
            entries = [(s, e) for s, e in issue.entries() if e.links and s.kind not in _UNPICKED]
            if entries:
                return (issue, *entries[self._chance(len(entries))])
        return None


class _Slugs:
    """The archive's slugs, as a container."""

    def __init__(self, library: SearchSource) -> None:
        self._snapshot = library.current.snapshot

    def __contains__(self, slug: object) -> bool:
        return isinstance(slug, str) and self._snapshot.get(slug) is not None

"""What the archive is asked over MCP, as plain functions: each reads, and returns JSON's own types."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from archive.errors import BackIssueError
from archive.issue import Entry, Issue, Section
from archive.search.index import MAX_RESULTS, Index
from archive.search.query import QUERY_MAX_CHARS
from archive.search.result import Answer, Grade
from archive.snapshot import Snapshot
from bot.cli.reading import find
from bot.cli.search import MAX_NEAREST
from bot.domain.clock import Clock
from bot.domain.title import title
from bot.lookup.related import related

MAX_TOPICS = 200
Fields = dict[str, Any]


class UnknownEntryError(BackIssueError):
    """An issue has no entry at a position."""

    def __init__(self, issue: Issue, position: int) -> None:
        """Say so, and which there are."""
        last = max((entry.position for _, entry in issue.entries()), default=-1)
        super().__init__(f"issue {issue.slug} has no entry {position}; its entries are 0 to {last}")


class ArchiveTools:
    """The archive's read-only tools: each method is one, and its docstring is what a client reads about it."""

    def __init__(self, snapshot: Snapshot, index: Index, clock: Clock) -> None:
        """Answer from a snapshot and the index made of it."""
        self._snapshot = snapshot
        self._index = index
        self._clock = clock

    def search(self, query: str, limit: int = 10) -> Fields:
        """Find entries of the newsletter, best first, as /weekly does; "match" is strong, nearest or none.

        Filters: "exact phrase", -word, in:tools, site:github.com, issue:435, from:sre-weekly,
        after:2018, before:2020-06, sort:new.
        """
        size = min(max(limit, 1), MAX_RESULTS)
        today = self._clock.now().date()
        found = self._index.search(query[:QUERY_MAX_CHARS], limit=size, today=today)
        return _answer(
            query, replace(found, results=found.results[:MAX_NEAREST]) if found.grade is Grade.NEAREST else found
        )

    def issue(self, issue: str) -> Fields:
        """Return an issue with its entries: by number ("435"), by slug, or "latest"."""
        found = find(self._snapshot, issue.strip())
        return {**_issue(found), "entries": [_entry(section, entry) for section, entry in found.entries()]}

    def entry(self, issue: str, position: int) -> Fields:
        """Return one entry of an issue, by its position from 0, with its whole text and all its links."""
        found, section, entry = self._entry(issue, position)
        return {**_issue(found), **_entry(section, entry)}

    def related(self, issue: str, position: int, limit: int = 5) -> Fields:
        """Find entries like one of an issue's: with its links or its rarest words, without itself."""
        _, _, entry = self._entry(issue, position)
        size = min(max(limit, 1), MAX_RESULTS - 1)
        urls, today = [link.url for link in entry.links], self._clock.now().date()
        answer = related(self._index, entry.text, urls, today, itself=entry, limit=size)
        return _answer(answer.query, answer)

    def counts(self, topic: str) -> Fields:
        """Count the entries that say a topic, by year, with the first and the last issue that did."""
        said = self._index.mentions(topic[:QUERY_MAX_CHARS], "", self._clock.now().date())
        years = Counter(str(issue.published.year) for issue, _, _ in said)
        ends = {"first": _issue(said[0][0]), "last": _issue(said[-1][0])} if said else {}
        return {"topic": topic, "total": len(said), "years": dict(sorted(years.items())), **ends}

    def topics(self, limit: int = 20) -> list[str]:
        """Return what the newsletter talks about most, the most frequent first."""
        return list(self._index.topics(min(max(limit, 1), MAX_TOPICS)))

    def _entry(self, issue: str, position: int) -> tuple[Issue, Section, Entry]:
        found = find(self._snapshot, issue.strip())
        place = found.entry_at(position)
        if place is None:
            raise UnknownEntryError(found, position)
        return found, *place


def _answer(query: str, found: Answer) -> Fields:
    """Describe an answer: what was assumed of the words, the grade, and the entries, best first."""
    results = [{**_issue(each.issue), **_entry(each.section, each.entry)} for each in found.results]
    return {"query": query, "match": str(found.grade), "notes": list(found.notes), "results": results}


def _issue(issue: Issue) -> Fields:
    """Describe an issue."""
    return {
        "issue": issue.slug,
        "number": issue.number,
        "title": title(issue),
        "date": issue.published.date().isoformat(),
    }


def _entry(section: Section, entry: Entry) -> Fields:
    """Describe an entry."""
    return {
        "position": entry.position,
        "section": str(section.kind),
        "headline": entry.headline,
        "text": entry.text,
        "links": [link.url for link in entry.links],
    }

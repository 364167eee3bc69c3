"""What reading a message needs to know of the archive in use."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cached_property

from archive.issue import Issue
from archive.search.index import Index
from archive.search.words import words
from archive.snapshot import Snapshot
from bot.lookup.asking.whose import without_newsletter

ENDINGS = ("com", "org", "io", "dev", "net")
"""The endings under which a name's own site is looked for first."""
MAX_NAME_ENTRIES = 20
"""So many entries with a word are looked at for how it is written."""
MAX_TITLES = 20
"""So many of the newest issues are looked at for the newsletter's name."""


class ArchiveFacts:
    """The issues and names of an archive at one moment."""

    def __init__(self, index: Index, snapshot: Snapshot) -> None:
        """Answer from an `index` and the `snapshot` that it was made from."""
        self._index = index
        self._snapshot = snapshot

    def site(self, name: str) -> str:
        """Return the host that a name stands for ("github" for github.com), "" for a name that is no site's."""
        name = name.casefold()
        hosts = self._hosts
        if name in hosts:
            return name
        for ending in ENDINGS:
            if f"{name}.{ending}" in hosts:
                return f"{name}.{ending}"
        parts = [host for host in hosts if name in (*host.split(".")[:-1][:1], *host.split(".")[-2:-1])]
        return min(parts, key=lambda host: (len(host), host), default="")

    @cached_property
    def _hosts(self) -> frozenset[str]:
        return self._index.sites()

    def is_name(self, word: str) -> bool:
        """Return whether the archive writes the word as a name: with a capital letter within a sentence, mostly."""
        found = self._index.search(f'"{word}"', limit=MAX_NAME_ENTRIES)
        within = re.compile(rf"(?<=[a-z,] ){re.escape(word)}\b", re.IGNORECASE)
        said = [match[0] for result in found.results for match in within.finditer(result.entry.text)]
        return sum(each[:1].isupper() for each in said) * 2 > len(said) > 0

    def is_own_name(self, word: str) -> bool:
        """Return whether the word is part of the newsletter's own name: most of the newest issues' titles have it."""
        titles = [words(issue.title) for issue in self._snapshot.issues[-MAX_TITLES:]]
        return word.isalpha() and sum(word in title for title in titles) * 2 > len(titles)

    def is_topic(self, name: str, host: str) -> bool:
        """Return whether twice as many entries speak of a name without a link to its host as link there."""
        asked = (f'"{name}" -site:{host}', f"site:{host}")
        said, linked = (self._index.search(query, limit=1).total for query in asked)
        return said > 2 * linked

    def knows(self, word: str) -> bool:
        """Return whether any entry has the word."""
        return self._index.weight(word) < self._index.weight("")

    def issue_on(self, day: date, days: int = 1) -> tuple[int | str, ...]:
        """Return the issues of `days` days from `day` on, newest first, else the last one before; by number or slug."""
        issues = self._snapshot.issues
        past = day + timedelta(days=days)
        found = [issue for issue in issues if day <= issue.published.date() < past]
        before = [issue for issue in issues if issue.published.date() < day][-1:]
        return tuple(named(issue) for issue in (found[::-1] or before))

    def oldest(self) -> int | str | None:
        """Return the first issue of all, None if there is none."""
        issues = self._snapshot.issues
        return named(issues[0]) if issues else None

    def newest(self, back: int = 0) -> int | str | None:
        """Return the issue `back` before the newest, None if there is none."""
        issues = self._snapshot.issues
        return named(issues[-1 - back]) if back < len(issues) else None

    def beside(self, issue: int | str, step: int) -> int | str | None:
        """Return the issue `step` after (before, if negative) the one of this number or slug, None at an end."""
        issues = self._snapshot.issues
        asked = next((each for each in issues if issue in {each.number, each.slug}), None)
        if asked is not None and asked.newsletter:
            issues = self._snapshot.only(asked.newsletter).issues
        at = next((place for place, each in enumerate(issues) if each is asked), None)
        if at is None or not 0 <= at + step < len(issues):
            return None
        return named(issues[at + step])

    def newsletter_in(self, text: str) -> tuple[str, str]:
        """Return a text without the newsletter that it names, and that one's slug; the text and "" if it names none."""
        return without_newsletter(text, self._index.newsletters)

    def only(self, newsletter: str) -> ArchiveFacts:
        """Return the issues of the newsletter with this slug, and the same names."""
        return ArchiveFacts(self._index, self._snapshot.only(newsletter))

    def has(self, number: int) -> bool:
        """Return whether an issue has this number."""
        return bool(self._snapshot.labelled(number))


def named(issue: Issue) -> int | str:
    """Return an issue's number; its slug where it has none, or where other newsletters may have the same."""
    return issue.slug if issue.number is None or issue.newsletter else issue.number

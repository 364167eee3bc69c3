"""The index over a newsletter's entries, and the one way to ask it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from archive.issue import Entry, Issue, Section
from archive.kind import Kind
from archive.search.result import Answer, Reason, Result

_WORD = re.compile(r"[a-z0-9]+")
_OUT = frozenset({Kind.SPONSOR, Kind.JOBS})


class Index:
    """Every entry of some issues, ready to be searched. Immutable: readers may hold one while a newer is made."""

    def __init__(self, issues: Mapping[str, Issue]) -> None:
        """Index `issues` (by slug); callers use `Index.of`."""
        self._issues = dict(issues)
        self._entries: list[tuple[Issue, Section, Entry, Counter[str]]] = []
        for issue in sorted(issues.values(), key=lambda i: (i.published, i.slug), reverse=True):
            for section, entry in issue.entries():
                words = [entry.text, entry.headline, section.heading, *(link.url for link in entry.links)]
                self._entries.append((issue, section, entry, Counter(_WORD.findall(" ".join(words).lower()))))
        self._df = Counter(word for *_, words in self._entries for word in words)

    @classmethod
    def of(cls, issues: Iterable[Issue], names: object = None) -> Index:
        """Index `issues` in any order; `names` is a table of synonyms (None: the one that ships)."""
        del names
        return cls({issue.slug: issue for issue in issues})

    def changed(self, changed: Iterable[Issue], removed: Iterable[str]) -> Index:
        """Give a new index with `changed` issues added or put in place and those of the `removed` slugs gone."""
        issues = {slug: issue for slug, issue in self._issues.items() if slug not in set(removed)}
        return Index(issues | {issue.slug: issue for issue in changed})

    def search(self, query: str, *, kinds: frozenset[Kind] | None = None, limit: int = 10, offset: int = 0) -> Answer:
        """Answer `query` with the `limit` best entries from the `offset`th on; `kinds` narrows to kinds of section."""
        words = _WORD.findall(query.lower())
        found = []
        for issue, section, entry, have in self._entries:
            if (section.kind not in kinds) if kinds else (section.kind in _OUT):
                continue
            score = sum(
                math.log(1 + len(self._entries) / self._df[w]) * have[w] / (have[w] + 1) for w in words if w in have
            )
            if score:
                reasons = tuple(Reason(w, w, "exact") for w in words if w in have)
                found.append(Result(issue, section, entry, score, (), reasons))
        found.sort(key=lambda result: -result.score)
        return Answer(
            query, tuple(found[offset : offset + limit]), len(found), near_topics=() if found else self.topics(5)
        )

    def suggest(self, typed: str, limit: int = 10) -> tuple[str, ...]:
        """Complete what was `typed` so far to at most `limit` words of the archive, the most frequent first."""
        start = typed.lower().strip()
        return tuple(sorted((w for w in self._df if w.startswith(start)), key=lambda w: (-self._df[w], w))[:limit])

    def topics(self, limit: int = 20) -> tuple[str, ...]:
        """Give the `limit` words the archive says most about."""
        return tuple(sorted((w for w in self._df if len(w) > 5), key=lambda w: (-self._df[w], w))[:limit])

"""The newsletters of an archive, and what they are called: by slug or name, as typed, shortened or misspelt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

from rapidfuzz.distance import OSA

from archive.issue import Issue
from archive.search.query import Query
from archive.search.spelling import allowed

MAX_NAMED = 8
"""So many newsletters are named to somebody who asked for one that there is not."""
_FROM_BEGUN = re.compile(r"((?:.*\s)?)from:\"?([^\s\"]*)", re.IGNORECASE)
_APART = re.compile(r"[\W_]+")


class Newsletters:
    """The newsletters of an archive, by what a query calls them."""

    def __init__(self, issues: Callable[[], Iterable[Issue]]) -> None:
        """Take the newsletters of `issues`, which are asked for when the first query narrows to one."""
        self._issues = issues

    @cached_property
    def names(self) -> dict[str, str]:
        """What people call each newsletter (its slug if it has no name), by its slug, in order; empty for only one."""
        named = {issue.newsletter: issue.newsletter_name for issue in self._issues()}
        return {slug: " ".join(named[slug].split()) or slug for slug in sorted(named) if slug}

    @cached_property
    def _slugs(self) -> dict[str, str]:
        """The slugs by the letters and digits of slugs, and of names that only one has; empty for only one."""
        said = Counter(map(_letters, self.names.values()))
        named = {_letters(name): slug for slug, name in self.names.items() if said[_letters(name)] == 1}
        return {key: slug for key, slug in named.items() if key} | {_letters(slug): slug for slug in self.names}

    def completed(self, typed: str) -> tuple[str, ...]:
        """Return what a query that ends with `from:` and the beginning of a slug or name may become; () for others."""
        match = _FROM_BEGUN.fullmatch(typed)
        if match is None or not self.are_several():
            return ()
        begun = _letters(match[2])
        slugs = dict.fromkeys(slug for key, slug in sorted(self._slugs.items()) if key.startswith(begun))
        return tuple(f"{match[1]}from:{slug}" for slug in sorted(slugs))

    def without_issues(self) -> Newsletters:
        """Return the same newsletters, without holding the issues that they were taken from."""
        kept = Newsletters(tuple)
        kept.names = self.names
        return kept

    def are_several(self) -> bool:
        """Return whether issues of more than one newsletter are there."""
        return len(self.names) > 1

    @cached_property
    def _begun(self) -> dict[str, set[str]]:
        """The slugs by the letters of the words that a slug or a name begins with: "sre" for "SRE Weekly"."""
        found: dict[str, set[str]] = {}
        for slug, name in self.names.items():
            for called in (slug, name):
                for letters in accumulate(filter(None, map(_letters, _APART.split(called)))):
                    found.setdefault(letters, set()).add(slug)
        return found

    def called(self, typed: str) -> str:
        """Return the slug of the newsletter that is called so or begins with these words; "" for none, or several.

        It may be misspelt.
        """
        letters = _letters(typed)
        if letters in self._slugs:
            return self._slugs[letters]
        begun = self._begun.get(letters)
        return (begun.copy().pop() if len(begun) == 1 else "") if begun else self._only(self._nearest(letters))

    def resolved(self, asked: Query) -> Query:
        """Return `asked` with the newsletters that it names by their slugs, and what was wrong with the names.

        A name that no newsletter is meant by is left out, as any filter that can't be read. Where there is only one
        newsletter, all are.
        """
        if not asked.newsletters:
            return asked
        meant = {typed: self.meant(typed) for typed in asked.newsletters}
        found = tuple(dict.fromkeys(slug for slug in meant.values() if slug))
        return replace(
            asked,
            newsletters=found,
            filters=(*asked.filters, *(f"from:{slug}" for slug in found)),
            problems=(
                *asked.problems,
                *(said for typed, slug in meant.items() if (said := self._problem(typed, slug))),
            ),
            newest=asked.newest or not (self._slugs or asked.looks_for_words),
        )

    def meant(self, typed: str) -> str:
        """Return the slug that was meant: the only one that is called or begins so, or the nearest; "" for none."""
        letters = _letters(typed)
        if letters in self._slugs:
            return self._slugs[letters]
        begun = [known for known in self._slugs if letters and known.startswith(letters)]
        return self._only(begun or self._nearest(letters))

    def _only(self, near: Iterable[str]) -> str:
        slugs = {self._slugs[known] for known in near}
        return slugs.pop() if len(slugs) == 1 else ""

    def _nearest(self, letters: str) -> list[str]:
        """Return the names that differ least from the one typed, and by no more than a misspelt word may."""
        apart = {known: OSA.distance(letters, known) for known in self._slugs}
        least = min(apart.values(), default=0)
        return [known for known, edits in apart.items() if edits == least <= allowed(letters)]

    def _problem(self, typed: str, slug: str) -> str:
        """Return what to say of a name that was typed, "" if it is that of the newsletter `slug`."""
        typed = typed[:40]
        if not self._slugs:
            return f"from:{typed} leaves nothing out, nothing here is told apart by newsletter"
        if not slug:
            named = [*self.names]
            more = f" and {len(named) - MAX_NAMED} more" if len(named) > MAX_NAMED else ""
            return f"from:{typed} was left out, it takes one of {', '.join(named[:MAX_NAMED])}{more}"
        return "" if _letters(typed) in self._slugs else f"from:{typed} was read as from:{slug}"


Named: TypeAlias = Newsletters | None
"""The newsletters that queries may name; None for those of the issues."""


def _letters(name: str) -> str:
    """Return what of a name counts: "SRE Weekly", "sre_weekly" and "sre-weekly" are one."""
    return _APART.sub("", name.casefold())

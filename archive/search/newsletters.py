"""The newsletters that `from:` narrows a search to: by their slugs as typed, shortened or misspelt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property

from rapidfuzz.distance import OSA

from archive.issue import Issue
from archive.search.query import Query
from archive.search.spelling import allowed

MAX_NAMED = 8
"""So many newsletters are named to somebody who asked for one that there is not."""
_APART = re.compile(r"[\W_]+")


class Newsletters:
    """The newsletters of an archive, by what a query calls them."""

    def __init__(self, issues: Callable[[], Iterable[Issue]]) -> None:
        """Take the newsletters of `issues`, which are asked for when the first query narrows to one."""
        self._issues = issues

    @cached_property
    def _slugs(self) -> dict[str, str]:
        """The slugs by their letters and digits; none where there is only one newsletter."""
        return {_letters(slug): slug for slug in sorted({issue.newsletter for issue in self._issues()}) if slug}

    def resolved(self, asked: Query) -> Query:
        """Return `asked` with the newsletters that it names by their slugs, and what was wrong with the names.

        A name that no newsletter is meant by is left out, as any filter that can't be read. Where there is only one
        newsletter, all are.
        """
        if not asked.newsletters:
            return asked
        meant = {typed: self._meant(typed) for typed in asked.newsletters}
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

    def _meant(self, typed: str) -> str:
        """Return the slug that was meant: the only one that begins so, or the only nearest one; "" for none."""
        letters = _letters(typed)
        if letters in self._slugs:
            return self._slugs[letters]
        near = [known for known in self._slugs if letters and known.startswith(letters)] or self._nearest(letters)
        return self._slugs[near[0]] if len(near) == 1 else ""

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
            named = [*self._slugs.values()]
            more = f" and {len(named) - MAX_NAMED} more" if len(named) > MAX_NAMED else ""
            return f"from:{typed} was left out, it takes one of {', '.join(named[:MAX_NAMED])}{more}"
        return "" if _letters(typed) == _letters(slug) else f"from:{typed} was read as from:{slug}"


def _letters(name: str) -> str:
    """Return what of a name counts: "SRE Weekly", "sre_weekly" and "sre-weekly" are one."""
    return _APART.sub("", name.casefold())

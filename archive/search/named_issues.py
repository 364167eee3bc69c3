"""The issue that a query names, by its number or its day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property

from archive.issue import Issue
from archive.search.query import Query


class NamedIssues:
    """Issues by what a query calls them."""

    def __init__(self, issues: Callable[[], Iterable[Issue]]) -> None:
        """Look among `issues`, which are asked for when the first query names one."""
        self._issues = issues

    def named(self, asked: Query) -> Issue | None:
        """Return the issue of the number or the day that `asked` names; the newest of several, None for none.

        A number no issue has names none; a day without an issue names the nearest to it, the later of two. Where the
        query is narrowed to newsletters, it names an issue of theirs.
        """
        if asked.day is not None:
            return self._nearest(asked.day)
        if asked.issue is not None and asked.newsletters:
            return next((issue for issue in reversed(self._in_order) if _is_of(asked, issue)), None)
        return self._by_number.get(asked.issue) if asked.issue is not None else None

    @cached_property
    def _in_order(self) -> list[Issue]:
        return sorted(self._issues(), key=lambda issue: (issue.published, issue.slug))

    @cached_property
    def _by_number(self) -> dict[int, Issue]:
        return {issue.number: issue for issue in self._in_order if issue.number is not None}

    def _nearest(self, day: date) -> Issue | None:
        return min(reversed(self._in_order), key=lambda issue: abs(issue.published.date() - day), default=None)


def _is_of(asked: Query, issue: Issue) -> bool:
    """Return whether an issue has the number and is of a newsletter that was asked for."""
    return issue.number == asked.issue and issue.newsletter in asked.newsletters

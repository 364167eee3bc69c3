"""The archive as it was at one moment: all issues and all problems, never changed, replaced whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from types import MappingProxyType

from archive.document import Reading
from archive.errors import UnknownIssueError
from archive.issue import Issue
from archive.problem import Problem

_NUMBER = re.compile(r"(?:issue\s*)?#?\s*(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True)
class Snapshot:
    """All issues at one moment. Build one with `Snapshot.of`, the next with `with_changes`.

    `issues`: oldest first, by (published, slug). `problems`: by file and line. `readings`: what each file gave, by its
    path below the folder. `held`: the files whose issues are left out, because
    the caller holds them back (`holding`). Freshly read, drafts and issues of the future are among the issues.
    """

    issues: tuple[Issue, ...] = ()
    problems: tuple[Problem, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict, repr=False)
    held: frozenset[str] = frozenset()
    _by_slug: Mapping[str, Issue] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, readings: Iterable[Reading], problems: Iterable[Problem] = (), held: Iterable[str] = ()) -> Snapshot:
        """Put the readings of all files together, without the issues of the files `held`.

        `problems` are those of no file that was read.

        Where two files share a slug, the first by folder depth, then name, gives the issue; the other is a problem.
        """
        by_file = {reading.file: reading for reading in readings}
        by_slug: dict[str, Issue] = {}
        owner: dict[str, str] = {}
        found = list(problems)
        left_out = frozenset(held) & by_file.keys()
        for file in sorted(by_file, key=lambda name: (name.count("/"), name)):
            reading = by_file[file]
            found += reading.problems
            issue = reading.issue
            if issue is None or file in left_out:
                continue
            if issue.slug in by_slug:
                found.append(_shared(file, owner[issue.slug]))
            else:
                by_slug[issue.slug] = issue
                owner[issue.slug] = file
        issues = tuple(sorted(by_slug.values(), key=lambda issue: (issue.published, issue.slug)))
        found = sorted(set(found))
        return cls(issues, tuple(found), MappingProxyType(by_file), left_out, MappingProxyType(by_slug))

    def with_changes(
        self, changed: Iterable[Reading] = (), removed: Iterable[str] = (), problems: Iterable[Problem] = ()
    ) -> Snapshot:
        """Give the snapshot after files were read again or went away; unchanged issues are shared with this one.

        A file that broke keeps the issue of its last good reading, with its problems and a note that says so.
        """
        readings = dict(self.readings)
        for file in removed:
            readings.pop(file, None)
        for reading in changed:
            readings[reading.file] = _kept(readings.get(reading.file), reading)
        return Snapshot.of(readings.values(), problems, self.held)

    def holding(self, held: Iterable[str]) -> Snapshot:
        """Return this archive without the issues of the files `held` alone; itself if it is so already."""
        files = frozenset(held)
        return self if files == self.held else Snapshot.of(self.readings.values(), held=files)

    def latest(self) -> Issue | None:
        """Give the newest issue, or nothing when the archive is empty."""
        return self.issues[-1] if self.issues else None

    def get(self, slug: str) -> Issue | None:
        """Give the issue with this slug, or nothing."""
        return self._by_slug.get(slug)

    def labelled(self, number: int) -> tuple[Issue, ...]:
        """Give the issues that carry this number, oldest first; mostly one, but numbers are written by hand."""
        return tuple(issue for issue in self.issues if issue.number == number)

    def newest_number(self) -> int | None:
        """Give the number of the newest issue that has one."""
        return next((issue.number for issue in reversed(self.issues) if issue.number is not None), None)

    def find(self, asked: str) -> Issue:
        """Give the issue that `asked` names: a slug, a number (`435`, `#435`, `issue 435`) or `latest`.

        Of several with one number the newest is given.

        Raises:
            UnknownIssueError: none does; the error carries the names of those that come near: of a number's neighbours
                the three nearest, newest first.
        """
        asked = asked.strip()
        if issue := self.get(asked) or self.get(asked.lower()):
            return issue
        match = _NUMBER.fullmatch(asked)
        if match and (same := self.labelled(int(match[1]))):
            return same[-1]
        if asked.lower() in ("latest", "newest", "last") and (newest := self.latest()):
            return newest
        raise UnknownIssueError(asked, self._near(asked, int(match[1]) if match else None))

    def _near(self, asked: str, number: int | None) -> tuple[str, ...]:
        if number is not None:
            places = {issue.number: place for place, issue in enumerate(self.issues) if issue.number is not None}
            nearest = sorted((abs(each - number), -place, each) for each, place in places.items())[:3]
            return tuple(f"#{each}" for _, _, each in sorted(nearest, key=lambda near: near[1]))
        return tuple(get_close_matches(asked, list(self._by_slug), n=3, cutoff=0.6))


def _kept(before: Reading | None, now: Reading) -> Reading:
    if now.issue is not None or now.draft or not now.problems or before is None or before.issue is None:
        return now
    notes = tuple(
        replace(problem, message=f"{problem.message} (its last good version stays in use)", lost=False)
        for problem in now.problems
    )
    return replace(before, problems=notes, stamp=now.stamp)


def _shared(file: str, owner: str) -> Problem:
    return Problem(
        file, 0, f"{owner} has the same name, which is an issue's identity", "rename one of the two", lost=True
    )

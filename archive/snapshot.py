"""The archive at one moment: all issues and all problems, never changed, replaced whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import chain
from types import MappingProxyType

from archive import dating
from archive.document import Reading
from archive.errors import UnknownIssueError
from archive.issue import Issue
from archive.problem import Problem

SAME_NAME = "has the same name, which is an issue's identity"
"""How a problem's message ends whose file gives no issue because another one has its name."""
NEWEST_WORDS = frozenset({"latest", "newest", "last"})
"""Words by which the newest issue is asked for."""
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
        """Return the snapshot of all files' readings, without the issues of the files `held`.

        `problems` are those of no file that was read.

        If two files in different folders share a slug, the first by folder depth, then name, has it, and the other gets
        its folder's name prepended; two in one folder are a problem. Missing dates are guessed.
        """
        by_file = {reading.file: reading for reading in readings}
        by_slug: dict[str, Issue] = {}
        owner: dict[str, str] = {}
        found = list(problems)
        left_out = frozenset(held) & by_file.keys()
        guesses, placed = _guesses(by_file)
        for file in sorted(by_file, key=lambda name: (name.count("/"), name)):
            reading = by_file[file]
            found += reading.problems
            issue = reading.issue
            if issue is None or file in left_out:
                continue
            name = _free_slug(file, issue.slug, owner)
            if name in by_slug:
                found.append(_shared(file, owner[name]))
                continue
            if name != issue.slug or file in guesses:
                published = guesses.get(file, issue.published)
                issue = replace(issue, slug=name, published=published, placed=file in placed)
            by_slug[name] = issue
            owner[name] = file
        issues = tuple(sorted(by_slug.values(), key=lambda issue: (issue.published, issue.slug)))
        found = sorted(set(found))
        return cls(issues, tuple(found), MappingProxyType(by_file), left_out, MappingProxyType(by_slug))

    @classmethod
    def beside(cls, parts: Iterable[Snapshot]) -> Snapshot:
        """Return the snapshots `parts`, which share no slug and no file's name, as one."""
        each = tuple(parts)
        issues = sorted(chain.from_iterable(part.issues for part in each), key=lambda i: (i.published, i.slug))
        by_slug = {issue.slug: issue for issue in issues}
        readings = {name: reading for part in each for name, reading in part.readings.items()}
        problems = sorted(chain.from_iterable(part.problems for part in each))
        held = frozenset(chain.from_iterable(part.held for part in each))
        return cls(tuple(issues), tuple(problems), MappingProxyType(readings), held, MappingProxyType(by_slug))

    def with_changes(
        self, changed: Iterable[Reading] = (), removed: Iterable[str] = (), problems: Iterable[Problem] = ()
    ) -> Snapshot:
        """Return the snapshot after files were read again or removed; unchanged issues are shared with this one.

        A broken file keeps the issue of its last good reading, with its problems and a note that says so.
        """
        readings = dict(self.readings)
        for file in removed:
            readings.pop(file, None)
        for reading in changed:
            readings[reading.file] = _kept(readings.get(reading.file), reading)
        return Snapshot.of(readings.values(), problems, self.held)

    def holding(self, held: Iterable[str]) -> Snapshot:
        """Return this archive without exactly the issues of the files `held`; itself if it is so already."""
        files = frozenset(held)
        return self if files == self.held else Snapshot.of(self.readings.values(), held=files)

    def only(self, newsletter: str) -> Snapshot:
        """Return the issues of the newsletter with this slug as an archive of their own; "" for those of all."""
        if not newsletter:
            return self
        issues = tuple(issue for issue in self.issues if issue.newsletter == newsletter)
        return Snapshot(issues, _by_slug=MappingProxyType({issue.slug: issue for issue in issues}))

    def latest(self) -> Issue | None:
        """Return the newest issue, None if the archive is empty."""
        return self.issues[-1] if self.issues else None

    def get(self, slug: str) -> Issue | None:
        """Return the issue with this slug, None if there is none."""
        return self._by_slug.get(slug)

    def labelled(self, number: int) -> tuple[Issue, ...]:
        """Return the issues with this number, oldest first; mostly one, but numbers are written by hand."""
        return tuple(issue for issue in self.issues if issue.number == number)

    def newest_number(self) -> int | None:
        """Return the number of the newest issue that has one."""
        return next((issue.number for issue in reversed(self.issues) if issue.number is not None), None)

    def find(self, asked: str) -> Issue:
        """Return the issue that `asked` names: a slug, a number (`435`, `#435`, `issue 435`) or `latest`.

        Of several with one number the newest is returned.

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
        if asked.lower() in NEWEST_WORDS and (newest := self.latest()):
            return newest
        raise UnknownIssueError(asked, self._near(asked, int(match[1]) if match else None))

    def _near(self, asked: str, number: int | None) -> tuple[str, ...]:
        if number is not None:
            places = {issue.number: place for place, issue in enumerate(self.issues) if issue.number is not None}
            nearest = sorted((abs(each - number), -place, each) for each, place in places.items())[:3]
            return tuple(f"#{each}" for _, _, each in sorted(nearest, key=lambda near: near[1]))
        return tuple(get_close_matches(asked, list(self._by_slug), n=3, cutoff=0.6))


def _free_slug(file: str, name: str, owner: Mapping[str, str]) -> str:
    """Return `name`, prefixed with as many of the file's folders as make it unique."""
    folders = file.split("/")[:-1]
    if folders and folders[-1] == name:  # the folder's index, which already has the folder's name
        folders.pop()
    while name in owner and folders and owner[name].rpartition("/")[0] != file.rpartition("/")[0]:
        name = f"{folders.pop()}-{name}"
    return name


def _guesses(readings: Mapping[str, Reading]) -> tuple[dict[str, datetime], frozenset[str]]:
    """Return a date for each file whose issue has none, from those beside it; and which of them are `Issue.placed`."""
    issues = {file: reading.issue for file, reading in readings.items() if reading.issue is not None}
    undated = {file: issue.published for file, issue in issues.items() if issue.date_guessed}
    if not undated:
        return {}, frozenset()
    dated = {file: issue.published for file, issue in issues.items() if not issue.date_guessed}
    commits = Counter(readings[file].committed for file in undated)
    for file in list(undated):
        committed = readings[file].committed
        if committed is not None and commits[committed] == 1:  # one commit of many files dates none of them
            dated[file] = undated.pop(file)
    times = {file: time if time > _UNKNOWN else None for file, time in undated.items()}
    titles = {file: issues[file].title for file in times}
    last = dating.newest(times, dated)
    placed = (file for file in times if last is not None and _may_be_new(dating.year(file, titles[file]), last))
    return dating.guessed(times, dated, titles), frozenset(placed)


def _may_be_new(year: int | None, last: datetime) -> bool:
    return year is None or year >= last.year


_UNKNOWN = datetime(1971, 1, 1, tzinfo=UTC)
"""An earlier time of a file means that it is unknown: a reading without a time has that of 1970."""


def _kept(before: Reading | None, now: Reading) -> Reading:
    if now.issue is not None or now.draft or not now.problems or before is None or before.issue is None:
        return now
    notes = tuple(
        replace(problem, message=f"{problem.message} (its last good version stays in use)", lost=False)
        for problem in now.problems
    )
    return replace(before, problems=notes, stamp=now.stamp)


def _shared(file: str, owner: str) -> Problem:
    return Problem(file, 0, f"{owner} {SAME_NAME}", "rename one of the two", lost=True)

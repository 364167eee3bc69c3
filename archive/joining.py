"""Several archives as one: each issue's slug and each file's name begin with the slug of its newsletter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock
from types import MappingProxyType

from archive.document import Reading
from archive.issue import Issue
from archive.problem import Problem
from archive.snapshot import Snapshot


def qualified(newsletter: str, issue: Issue, name: str = "") -> Issue:
    """Return an issue as it is called among those of several newsletters; `name` is the newsletter's for people."""
    return replace(issue, slug=f"{newsletter}/{issue.slug}", newsletter=newsletter, newsletter_name=name)


class Joining:
    """Joins the snapshots of several newsletters. What did not change is shared with the join before."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        """Begin with nothing joined. `names` are the newsletters' for people, by their slugs."""
        self._names = names or {}
        self._joined: dict[str, tuple[Snapshot, Snapshot]] = {}
        self._last = Snapshot()
        self._lock = Lock()

    def joined(self, parts: Mapping[str, Snapshot]) -> Snapshot:
        """Return the snapshots, by their newsletters' slugs, as one; the last one if none changed. In any thread."""
        with self._lock:
            fresh = {slug: part for slug, part in parts.items() if self._of(slug)[0] is not part}
            for slug, part in fresh.items():
                self._joined[slug] = part, _qualified(slug, self._names.get(slug, ""), part, self._of(slug))
            if fresh:
                self._last = Snapshot.beside(self._joined[slug][1] for slug in parts)
            return self._last

    def _of(self, newsletter: str) -> tuple[Snapshot, Snapshot]:
        """Return a newsletter's snapshot as it was joined last, and with the names it got."""
        return self._joined.get(newsletter, _NOTHING)


_NOTHING = Snapshot(), Snapshot()


def _qualified(newsletter: str, called: str, part: Snapshot, before: tuple[Snapshot, Snapshot]) -> Snapshot:
    """Return a newsletter's snapshot with names that are its own; `before` is its last one, as it was and so named."""
    was, named = before
    issues = {}
    for issue in part.issues:
        slug = f"{newsletter}/{issue.slug}"
        kept = named.get(slug) if was.get(issue.slug) is issue else None
        issues[slug] = kept or qualified(newsletter, issue, called)
    readings: dict[str, Reading] = {}
    for file, reading in part.readings.items():
        name = f"{newsletter}/{file}"
        old = named.readings.get(name) if was.readings.get(file) is reading else None
        readings[name] = old or _reading(newsletter, called, reading)
    problems = tuple(_problem(newsletter, problem) for problem in part.problems)
    held = frozenset(f"{newsletter}/{file}" for file in part.held)
    return Snapshot(tuple(issues.values()), problems, MappingProxyType(readings), held, MappingProxyType(issues))


def _reading(newsletter: str, called: str, reading: Reading) -> Reading:
    issue = None if reading.issue is None else qualified(newsletter, reading.issue, called)
    problems = tuple(_problem(newsletter, problem) for problem in reading.problems)
    return replace(reading, file=f"{newsletter}/{reading.file}", issue=issue, problems=problems)


def _problem(newsletter: str, problem: Problem) -> Problem:
    return replace(problem, file=f"{newsletter}/{problem.file}")

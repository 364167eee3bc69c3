"""Files of the archive that should have given an issue and did not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive import label
from archive.doubtful import DATE_ADVICE, doubt_of
from archive.problem import Problem
from archive.release import NO_DATE
from archive.snapshot import SAME_NAME, Snapshot

_FIGURE = re.compile(r"\d\d")
"""A date that is still open (TBD) is no slip."""


@dataclass(frozen=True, slots=True, order=True)
class BrokenFile:
    """A `file` (its path below the folder) that gives no issue: what is wrong, at which `line` (0: all), and advice."""

    file: str
    line: int
    problem: str
    advice: str

    def __str__(self) -> str:
        """Return it as a clause: the file, the line, what is wrong, what to do."""
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{where}: {self.problem}; {self.advice}"


def broken_files(snapshot: Snapshot) -> tuple[BrokenFile, ...]:
    """Return the files whose issue is not posted because of what is wrong with them, by name.

    That is so if it is not in the archive, or has a date that cannot be meant or read. A draft is not among them, nor
    a file whose last good version stays in use.
    """
    found = {broken.file: broken for broken in _misdated(snapshot)}
    for problem in snapshot.problems:
        if problem.lost and problem.file not in found and _has_none(snapshot, problem):
            found[problem.file] = BrokenFile(problem.file, problem.line, problem.message, problem.advice)
    return tuple(sorted(found.values()))


def _misdated(snapshot: Snapshot) -> Iterator[BrokenFile]:
    """Yield the files that say a date with figures that is none, or that cannot be meant."""
    for name, reading in snapshot.readings.items():
        if reading.issue is not None and not reading.issue.draft and (why := doubt_of(reading.issue)):
            yield BrokenFile(name, 0, why, DATE_ADVICE)
        elif reading.issue is not None and reading.draft.endswith(NO_DATE) and _FIGURE.search(reading.draft):
            yield BrokenFile(name, 0, f"its {reading.draft}", DATE_ADVICE)


def find_broken(snapshot: Snapshot, asked: str) -> BrokenFile | None:
    """Return the broken file that the number or slug `asked` names by its file name, None without one."""
    wanted = asked.strip().lower().removeprefix("#")
    for broken in broken_files(snapshot):
        number = label.number({}, "", broken.file)
        if wanted in {label.slug(broken.file).lower(), str(number)}:
            return broken
    return None


def _has_none(snapshot: Snapshot, problem: Problem) -> bool:
    if problem.message.endswith(SAME_NAME):
        return True
    reading = snapshot.readings.get(problem.file)
    return reading is None or (reading.issue is None and not reading.draft)

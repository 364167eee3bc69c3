"""Files of the archive that should have given an issue and did not."""

from __future__ import annotations

from dataclasses import dataclass

from archive import label
from archive.problem import Problem
from archive.snapshot import SAME_NAME, Snapshot


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
    """Return the files whose issue is not in the archive because of what is wrong with them, by name.

    A draft is not among them, nor a file whose last good version stays in use.
    """
    found: dict[str, BrokenFile] = {}
    for problem in snapshot.problems:
        if problem.lost and problem.file not in found and _has_none(snapshot, problem):
            found[problem.file] = BrokenFile(problem.file, problem.line, problem.message, problem.advice)
    return tuple(sorted(found.values()))


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

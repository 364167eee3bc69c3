"""Prepares a release: checks, the changelog's heading with its date, the version in pyproject.toml. `make release`.

Nothing is written unless the tree is clean and every check passes. Nothing is committed, tagged or published: what is
left to do is printed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHECKS = (("make", "test"), ("make", "docs"))
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_UNRELEASED = "## Unreleased\n"
_PROJECT_VERSION = re.compile(r'^version = "([^"]*)"$', re.MULTILINE)


class ReleaseError(Exception):
    """A release can't be prepared; one line says why and what to do."""


@dataclass(frozen=True, slots=True)
class Files:
    """The contents of the two files that a release changes."""

    pyproject: str
    changelog: str


def released(files: Files, version: str, day: date) -> Files:
    """Return the files as they are with `version` released on `day`.

    Raises ReleaseError if `version` is no version, is not above the present one, or if nothing is under *Unreleased*.
    """
    found = _PROJECT_VERSION.findall(files.pyproject)
    if len(found) != 1:
        raise ReleaseError('pyproject.toml should have one line version = "…"')
    if _numbers(version) <= _numbers(found[0]):
        raise ReleaseError(f"{version} is not above the present version, {found[0]}")
    head, unreleased, rest = files.changelog.partition(_UNRELEASED)
    entries = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    if not unreleased or not re.search(r"^- ", entries, re.MULTILINE):
        raise ReleaseError("CHANGELOG.md has no entries under Unreleased: say there what users notice")
    return Files(
        _PROJECT_VERSION.sub(f'version = "{version}"', files.pyproject),
        f"{head}{_UNRELEASED}\n## {version} - {day.isoformat()}\n{rest}",
    )


def _numbers(version: str) -> tuple[int, ...]:
    match = _VERSION.fullmatch(version)
    if not match:
        raise ReleaseError(f"{version!r} is no version: three numbers with points, for example 0.2.0")
    return tuple(map(int, match.groups()))


Run = Callable[[Sequence[str], Path], subprocess.CompletedProcess[str]]


def run_in(command: Sequence[str], root: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in `root`. What git answers is caught; what the checks print is for the terminal."""
    return subprocess.run(
        command, cwd=root, check=False, text=True, stdout=subprocess.PIPE if command[0] == "git" else None
    )


def prepare(root: Path, version: str, day: date, run: Run = run_in) -> None:
    """Check the tree at `root`, then write its two files for `version`.

    Raises ReleaseError without having written anything if the tree has changes, the tag exists or a check fails.
    """
    paths = (root / "pyproject.toml", root / "CHANGELOG.md")
    after = released(Files(*(path.read_text("utf-8") for path in paths)), version, day)
    status = run(("git", "status", "--porcelain"), root)
    if status.returncode:
        raise ReleaseError("git can't tell the state of the tree: run this in a clone")
    if status.stdout.strip():
        raise ReleaseError("the tree has changes that are not committed: commit them, or take them away")
    if run(("git", "tag", "--list", f"v{version}"), root).stdout.strip():
        raise ReleaseError(f"the tag v{version} exists: choose the next version")
    for check in CHECKS:
        if run(check, root).returncode:
            raise ReleaseError(f"{' '.join(check)} failed: mend that first; nothing was written")
    for path, text in zip(paths, (after.pyproject, after.changelog), strict=True):
        path.write_text(text, "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare the release that the arguments name. Return 1 after a line that says why it can't be."""
    parser = argparse.ArgumentParser(prog="make release", description=__doc__)
    parser.add_argument("version", help="for example 0.2.0")
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="the day of the release")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        prepare(given.root, given.version, given.date)
    except ReleaseError as error:
        sys.stderr.write(f"No release: {error}.\n")
        return 1
    sys.stdout.write(
        f"{given.version} is prepared. Read the changes (git diff), then:\n"
        f'  git commit -am "Release {given.version}"\n'
        f'  git tag -a v{given.version} -m "Back Issue {given.version}"\n'
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""When files were first committed to git."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

_TIMEOUT_SECONDS = 10
_MAX_BYTES = 50_000_000


def first_commits(folder: Path) -> dict[str, datetime]:
    """Return the moment of the first commit of each file below `folder`, by its path below it, with /.

    Empty without git, outside a repository, and if git takes longer than ten seconds.
    """
    git = shutil.which("git")
    if git is None:
        return {}
    command = [
        git,
        "-C",
        str(folder),
        "-c",
        "core.quotePath=false",
        "log",
        "--diff-filter=A",
        "--no-renames",
        "--relative",
    ]
    try:
        run = subprocess.run(  # noqa: S603 - no shell, and no argument but the folder
            [*command, "--format=%x00%cI", "--name-only", "--", "."],
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    return _by_name(run.stdout[:_MAX_BYTES].decode("utf-8", "replace"))


def _by_name(log: str) -> dict[str, datetime]:
    """Return for each file the last, and so the oldest, moment at which it was added."""
    found: dict[str, datetime] = {}
    for commit in log.split("\0")[1:]:
        moment, *names = commit.split("\n")
        try:
            added = datetime.fromisoformat(moment)
        except ValueError:
            continue
        found.update(dict.fromkeys(filter(None, names), added))
    return found

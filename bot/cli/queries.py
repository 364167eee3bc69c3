"""Files of what is asked: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from archive.errors import BackIssueError


class QueriesError(BackIssueError):
    """A file of what is asked cannot be read; `file` and `line` (from 1, 0 for the file) say where."""

    def __init__(self, file: Path, line: int, reason: str, example: str) -> None:
        """Say what is wrong, where, and with an `example` what a line looks like."""
        place = f"{file}:{line}" if line else str(file)
        super().__init__(f"{place}: {reason}; write one {example} a line")
        self.file = file
        self.line = line


def read_queries(
    file: Path,
    keys: Sequence[str],
    example: str,
    is_right: Callable[[Mapping[str, Any]], bool] = lambda _: True,
) -> Iterator[dict[str, Any]]:
    """Return the object of each line that is not blank, in order.

    Each has an `id`, a number or a string, and all `keys`, and what they hold `is_right`. Raises QueriesError, with the
    `example` of a right line, at the first that has not.
    """
    try:
        lines = file.read_text("utf-8").split("\n")  # a string in JSON may hold every other sign that ends a line
    except (OSError, UnicodeDecodeError) as error:
        raise QueriesError(file, 0, f"cannot be read ({_why(error)})", example) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or not {"id", *keys} <= found.keys() or not is_right(found):
            raise QueriesError(file, number, f"is no JSON object with {' and '.join(('id', *keys))}", example)
        yield found


def _why(error: OSError | UnicodeDecodeError) -> str:
    """Return why a file could not be read, in a few words."""
    return error.strerror or "no reason given" if isinstance(error, OSError) else "it is not UTF-8 text"

"""Lines that are code because they are indented."""

from __future__ import annotations

import re
from collections.abc import Iterator


def is_indented(start: str) -> bool:
    """Return whether a line is indented by four, given its first four characters."""
    return start.startswith("    ") or ("\t" in start and not start.partition("\t")[0].strip(" "))


def starts(text: str) -> Iterator[int]:
    """Return where the lines begin that are code by their indentation: after a blank line, and in no list."""
    at, listed, blank, code = 0, False, True, False
    for line in text.split("\n"):
        if not line or line.isspace():
            blank = True
        elif is_indented(line[:4]):
            code = not listed and (blank or code)
            blank = False
            if code:
                yield at
        else:
            item = _ITEM.match(line) is not None
            listed = item or (listed and (not blank or line[0] in " \t"))
            blank = code = False
        at += len(line) + 1


_ITEM = re.compile(r" {0,3}(?:>[ ]?)*(?:[-*+•]|\d{1,9}[.)])[ \t]")

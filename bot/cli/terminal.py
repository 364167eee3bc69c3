"""The terminal: results on one console, progress and notes on the other."""

from __future__ import annotations

import re
import sys

from rich.console import Console

out = Console(highlight=False, soft_wrap=False)
"""Where results go (standard output). `NO_COLOR` and pipes are honoured by Rich."""
err = Console(stderr=True, highlight=False)
"""Where progress and notes go (standard error)."""

# Escape sequences and other control characters in an archive must not reach the reader's terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def safe(text: str) -> str:
    """Return `text` without the control characters that a terminal would obey; newline and tab stay."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def write(line: str) -> None:
    """Write one line of data to standard output, as it is."""
    sys.stdout.write(line + "\n")

"""`backissue export`."""

from __future__ import annotations

import json
from pathlib import Path

from archive.export import rows
from bot.cli.reading import read
from bot.cli.terminal import write


def export(folder: Path | None) -> None:
    """Write every entry of the archive in `folder` as a line of JSON, issues oldest first, entries in reading order."""
    for issue in read(folder).issues:
        for row in rows(issue):
            write(json.dumps(row, ensure_ascii=False))

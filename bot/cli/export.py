"""`backissue export`."""

from __future__ import annotations

import json
from pathlib import Path

from archive.export import rows
from bot.cli.batch import complete_or_marked
from bot.cli.reading import read
from bot.cli.terminal import write


def export(folder: Path | None) -> None:
    """Write every entry of the archive in `folder` as a line of JSON, issues oldest first, entries in reading order.

    Output that breaks off ends with a line {"error": …}. Raises BatchError then.
    """
    snapshot = read(folder)
    with complete_or_marked(write):
        for issue in snapshot.issues:
            for row in rows(issue):
                write(json.dumps(row, ensure_ascii=False))

"""`backissue newsletters`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.table import Table

from bot.cli.archive_folder import folder_of
from bot.cli.terminal import out, safe, write
from bot.domain.newsletter import Newsletter
from bot.runtime.clock import SystemClock
from bot.source.finding import find_newsletters
from bot.source.several import open_part

_COLUMNS = ("slug", "name", "issues", "newest", "folder", "problems", "fault")


def newsletters(archive: Path | None, *, as_json: bool) -> None:
    """Read the archive's folder and list its newsletters, and why they are these.

    Raises SettingsError, FolderError.
    """
    found = find_newsletters(folder_of(archive))
    rows = [_row(each) for each in found.newsletters]
    if as_json:
        for row in rows:
            write(json.dumps(row, ensure_ascii=False))
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(safe(str(row[column])) for column in _COLUMNS))
    out.print(table)
    out.print(safe(f"{'Several newsletters' if found.several else 'One newsletter'}: {found.why}"))


def _row(newsletter: Newsletter) -> dict[str, Any]:
    """Return what is told of one newsletter, by the table's columns."""
    part = open_part(newsletter, SystemClock())
    snapshot, newest = part.snapshot, part.snapshot.latest()
    said = (
        newsletter.slug,
        newsletter.name,
        len(snapshot.issues),
        f"{newest.published:%Y-%m-%d}" if newest is not None else "",
        str(newsletter.folder),
        len(snapshot.problems),
        part.folder_fault(),
    )
    return dict(zip(_COLUMNS, said, strict=True))

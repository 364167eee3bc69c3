"""`backissue newsletters`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from bot.cli.archive_folder import folder_of
from bot.cli.terminal import out, safe, write
from bot.domain.newsletter import Newsletter
from bot.runtime.clock import SystemClock
from bot.source.finding import find_newsletters
from bot.source.several import open_part

Row = dict[str, Any]
"""What is told of one newsletter, by the table's columns."""
_COLUMNS = ("slug", "name", "issues", "newest", "folder", "problems", "fault")


def newsletters(archive: Path | None, *, as_json: bool) -> None:
    """Read the archive's folder and list its newsletters, and why they are these.

    Raises SettingsError, FolderError.
    """
    found = find_newsletters(folder_of(archive))
    rows = [row_of(each) for each in found.newsletters]
    if as_json:
        for row in rows:
            write(json.dumps(row, ensure_ascii=False))
        return
    out.print(table_of_rows(rows))
    kind = "Several newsletters" if found.several else "One newsletter"
    out.print(Text(safe(f"{kind}: {found.why}")), soft_wrap=True)


def table_of_rows(rows: Iterable[Row]) -> Table:
    """Return newsletters as a table, a line for each."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(safe(str(row[column]))) for column in _COLUMNS))
    return table


def row_of(newsletter: Newsletter) -> Row:
    """Return what is told of one newsletter, by the table's columns."""
    part = open_part(newsletter, SystemClock())
    snapshot, newest = part.snapshot, part.snapshot.latest()
    said = (
        newsletter.slug,
        newsletter.name or newsletter.slug,
        len(snapshot.issues),
        f"{newest.published:%Y-%m-%d}" if newest is not None else "",
        str(newsletter.folder),
        len(snapshot.problems),
        part.folder_fault(),
    )
    return dict(zip(_COLUMNS, said, strict=True))

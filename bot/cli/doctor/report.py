"""What the doctor found, in the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from rich.table import Table
from rich.text import Text

from bot.cli.doctor.examination import examine
from bot.cli.doctor.finding import Area
from bot.cli.terminal import err, out, safe
from bot.runtime.clock import SystemClock


def doctor(archive: Path | None) -> int:
    """Look at settings, Slack and this machine, and print what is wrong and how to mend it; return 1 if anything is.

    Nothing is changed, posted or shown to anybody in Slack.
    """
    with err.status("Asking Slack and this machine …"):
        areas = asyncio.run(examine(archive, SystemClock().now()))
    out.print(_table(areas))
    count = sum(len(area.findings) for area in areas)
    if count:
        out.print(Text(f"{count} to mend; docs/operations.md says more of each.", style="bold red"))
    else:
        out.print(Text("Nothing to mend.", style="bold green"))
    return 1 if count else 0


def _table(areas: Iterable[Area]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("", "what", "found", "do"):
        table.add_column(column, overflow="fold")
    for area in areas:
        for finding in area.findings:
            what = Text.assemble((safe(finding.what), ""), "\n", (finding.fault, "dim"))
            table.add_row(Text("✗", "bold red"), area.area, what, Text(safe(finding.mend), "yellow"))
        if not area.findings:
            table.add_row(Text("✓", "green"), Text(area.area, "dim"), Text(safe(area.well), "dim"), "")
    return table

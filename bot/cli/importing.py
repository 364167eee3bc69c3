"""`backissue import`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from bot.cli.check import check
from bot.cli.terminal import err, out, safe
from bot.runtime.settings import Settings
from bot.source.importing.destination import opened
from bot.source.importing.importer import Report, run
from bot.source.importing.item import ImportFault, ItemOrFault, Source
from bot.source.importing.opening import FetchAccess, source_of

_SHOWN = 20
"""Lines of one kind that are shown; of the others their number is said."""


def import_issues(named: str, into: Path, *, private: bool) -> int:
    """Import the source `named` into a folder, print what was done, and check the folder.

    `private`: it may be in a private network.

    Returns the exit code: 1 if an issue could not be imported, or if the check found something lost. Raises
    SourceError, FolderError, SettingsError.
    """
    settings = Settings.read(source_private=private or None)
    source = source_of(named, FetchAccess(settings.source_private, settings.source_secret()))
    with opened(into) as destination:
        report = run(source, destination, lambda found: _watched(found, source))
    for fault in _some([fault for fault in report.faults if not fault.skipped], "issues that could not be imported"):
        out.print(Text(safe(str(fault)), "red"))
    for fault in _some(_gathered(report.faults), "notes"):
        out.print(Text(safe(str(fault)), "yellow"))
    out.print(_counts(report))
    return max(check(into), 1 if report.lost else 0)


def _watched(found: Iterable[ItemOrFault], source: Source) -> Iterable[ItemOrFault]:
    """Return what was found, with a progress bar on a terminal."""
    if not err.is_terminal:
        return found
    from rich.progress import track

    return track(found, "Importing", total=len(source) or None, console=err, transient=True)


def _gathered(faults: Iterable[ImportFault]) -> list[ImportFault]:
    """Return what is worth a look, with what was said of many in one line."""
    by_reason: dict[str, list[ImportFault]] = {}
    for fault in faults:
        if fault.skipped:
            by_reason.setdefault(fault.reason, []).append(fault)
    return [
        each[0] if len(each) == 1 else ImportFault(f"{each[0].origin} and {len(each) - 1:,} more", reason)
        for reason, each in by_reason.items()
    ]


def _some(faults: Sequence[ImportFault], what: str) -> Iterable[ImportFault]:
    """Return the first faults, and a last one that counts the others."""
    more = len(faults) - _SHOWN
    return faults if more <= 0 else [*faults[:_SHOWN], ImportFault("…", f"{more:,} more {what}")]


def _counts(report: Report) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="bold")
    table.add_column()
    rows = [
        (len(report.new), "new issues"),
        (len(report.updated), "changed at the source, and written again"),
        (report.unchanged, "as they were"),
        (len(report.edited), f"changed at the source, kept as edited here: {_named(report.edited)}"),
        (len(report.gone), f"imported before and taken away since, not written again: {_named(report.gone)}"),
        (report.summaries, "are summaries: the source gives no more than their beginning"),
        (report.lost, "could not be imported: see above"),
    ]
    for number, what in rows:
        if number or what == rows[0][1]:
            table.add_row(f"{number:,}", safe(what))
    for what, number in sorted(report.left_out.items()):
        if number:
            table.add_row(f"{number:,}", f"left out: {what}" if what[0] != "t" else what)
    return table


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3:,} more" if len(names) > 3 else shown

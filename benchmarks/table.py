"""The figures a benchmark gives, and how they are shown."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: ours beside a peer's or a floor's of the same run.

    `ours` and `peer` carry their units ("12.3 ms"). `ratio` is what `limit` bounds ("at most 4"); `ok` says whether it
    holds. With no peer, `peer` is "" and `ratio` may be None.
    """

    figure: str
    ours: str
    peer: str
    ratio: float | None
    limit: str
    ok: bool


def show(rows: Iterable[Row], title: str, console: Console | None = None) -> None:
    """Draw the rows as a table."""
    table = Table(title=title, title_justify="left")
    for column in ("figure", "ours", "peer or floor", "ratio", "limit", ""):
        table.add_column(column, justify="left" if column in ("figure", "limit") else "right")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        mark = "[green]ok[/]" if row.ok else "[red]over[/]"
        table.add_row(row.figure, row.ours, row.peer, ratio, row.limit, mark)
    (console or Console()).print(table)


def as_json(rows: Iterable[Row]) -> str:
    """Return the rows as JSON Lines."""
    return "\n".join(json.dumps(asdict(row)) for row in rows)

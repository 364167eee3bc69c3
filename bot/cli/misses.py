"""`backissue misses`: what people searched for and did not find squarely, and what would have helped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from rich.table import Table
from rich.text import Text

from archive.errors import BackIssueError
from archive.search.index import Index
from archive.search.remedy import Remedy, RemedyKind
from bot.cli.reading import index, read
from bot.cli.terminal import err, out, safe, write
from bot.domain.missed_query import MissedQuery
from bot.runtime.clock import SystemClock
from bot.runtime.settings import Settings
from bot.store.store import Store

MissAndRemedy = tuple[MissedQuery, Remedy | None]


def misses(archive: Path | None, synonyms: Path | None, limit: int, *, as_json: bool) -> None:
    """Print at most `limit` missed queries of the last 90 days, the most frequent first.

    What would have helped is looked for in the `archive` as it is now, with the operator's `synonyms`; without one the
    queries are listed alone. Raises StoreError if the database can't be reached.
    """
    settings = Settings.read()
    missed = asyncio.run(_missed(settings, limit))
    searched = _index(archive, synonyms) if missed else None
    found = [(each, searched.remedy(each.words) if searched else None) for each in missed]
    if as_json:
        for each, remedy in found:
            write(json.dumps(row(each, remedy), ensure_ascii=False))
    elif found:
        out.print(_table(found))
    else:
        counted = "" if settings.count_misses else " (BACKISSUE_COUNT_MISSES is off: none are counted)"
        out.print(Text(f"No search was missed in the last {settings.misses_days} days{counted}.", style="dim"))


def row(missed: MissedQuery, remedy: Remedy | None) -> dict[str, object]:
    """Return a missed query as an object; "helps" is null where nothing is known to help."""
    helps = remedy and {"kind": str(remedy.kind), "query": remedy.query, "line": remedy.line}
    return {
        "query": missed.words,
        "match": str(missed.grade),
        "count": missed.count,
        "last": missed.last.isoformat(),
        "helps": helps or None,
    }


async def _missed(settings: Settings, limit: int) -> tuple[MissedQuery, ...]:
    store = await asyncio.to_thread(Store.open, settings.database_url)
    try:
        return await store.misses.list(SystemClock().now().date() - timedelta(days=settings.misses_days), limit)
    finally:
        await store.close()


def _index(archive: Path | None, synonyms: Path | None) -> Index | None:
    """Return the archive's index, None if the archive can't be read: the queries are still listed."""
    try:
        return index(read(archive), synonyms)
    except BackIssueError as error:
        err.print(f"What would have helped is not shown: {safe(str(error))}", style="dim", markup=False)
        return None


def _table(found: Sequence[MissAndRemedy]) -> Table:
    table = Table(header_style="dim", box=None, padding=(0, 2, 0, 0))
    for column in ("count", "last", "searched for", "answer", "what would have helped"):
        table.add_column(column, overflow="fold", justify="right" if column == "count" else "left")
    for each, remedy in found:
        helps = Text(safe(_said(remedy))) if remedy else Text("")
        table.add_row(f"{each.count:,}", f"{each.last:%Y-%m-%d}", Text(safe(each.words)), str(each.grade), helps)
    return table


def _said(remedy: Remedy) -> str:
    """Return in a few words what would have helped."""
    match remedy.kind:
        case RemedyKind.ANSWERED:
            return "answered by now"
        case RemedyKind.CORRECTION:
            return f"correction: {remedy.words}"
        case RemedyKind.SYNONYM:
            return f"synonym: {remedy.line}"
        case RemedyKind.WITHOUT:
            return f"a synonym of {remedy.words}: “{remedy.query}” is answered"

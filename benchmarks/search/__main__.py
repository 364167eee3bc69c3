"""Show how good the search is beside other engines: `python -m benchmarks.search [--archive DIR] [--judged DIR]`.

Every engine answers the same judged queries over the same entries in this one run. By default these are the shipped
sample archive and its queries; with --archive, the public archive's (451 issues of a newsletter, 2013 to 2021) are
asked, and each figure is the mean of four folds with the worst of them. Exits 1 when a figure that the project promises
on the public archive is not reached.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from archive.loader import load
from archive.search.index import Index
from archive.search.result import Grade
from benchmarks.search.judged import DEPTH, FIGURES, Answered, Ask, by_folds, read
from benchmarks.search.peers import Document, Peer, entries, missing, present

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "playground/demo/sample"
PROMISED = {
    "known: MRR": 0.865,
    "known: s@1": 0.83,
    "typo of known: MRR": 0.95,
    "topic: nDCG": 0.83,
    "typo of topic: nDCG": 0.835,
    "alias: nDCG": 0.75,
    "question: nDCG": 0.705,
    "none: no strong": 0.92,
    "answered": 0.99,
    "strong": 0.92,
    "strong: right": 0.95,
}
"""What the mean of the folds is at least on the public archive; about one query of a fold below what is reached,
and of topics and questions no less than 0.83 and 0.705."""

Folded = Mapping[str, tuple[float, float]]


def main() -> int:
    """Evaluate what was asked for; return 0 when every promise is kept or none applies, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--archive", type=Path, default=SAMPLE, help="the issues to search (default: the sample)")
    parser.add_argument("--judged", type=Path, help="folder of queries.jsonl and judgments.jsonl for that archive")
    options = parser.parse_args()
    public = options.archive.resolve() != SAMPLE.resolve()
    folder = options.judged or HERE / ("public" if public else "sample")
    rows = _evaluated(options.archive, folder, folds=4 if public else 1)
    _show(rows, f"Search, on {options.archive}", PROMISED if public else {})
    return int(public and any(rows["Back Issue"].get(name, (1, 1))[0] < least for name, least in PROMISED.items()))


def answers_of(index: Index) -> Ask:
    """Return this engine as one that is asked."""

    def ask(query: str) -> Answered:
        answer = index.search(query, limit=DEPTH)
        found = [(result.issue, result.entry) for result in answer.results]
        return Answered(found, strong=answer.grade is Grade.STRONG)

    return ask


def _evaluated(archive: Path, folder: Path, *, folds: int) -> dict[str, Folded]:
    """Return the figures of this engine and of every peer."""
    issues, queries = load(archive).issues, read(folder)
    rows = {"Back Issue": by_folds(queries, answers_of(Index.of(issues)), folds)}
    documents = entries(issues)
    for peer in present():
        rows[peer.name] = by_folds(queries, _told(peer, documents), folds)
    return rows


def _told(peer: Peer, documents: list[Document]) -> Ask:
    """Return `peer` in the form of an engine that answers with entries, and always claims to be right."""
    ask = peer.built([text for *_, text in documents])
    return lambda query: Answered([documents[number][:2] for number in ask(query, DEPTH)])


def _show(rows: Mapping[str, Folded], title: str, promised: Mapping[str, float]) -> None:
    """Draw the figures, an engine a row: the mean of the folds, and the worst in brackets."""
    console = Console(width=max(170, Console().width))
    table = Table("engine", title=title, title_justify="left")
    for name in FIGURES:
        table.add_column(name, justify="right")
    if promised:
        table.add_row("promised", *(f"{promised[name]:.3f}" for name in FIGURES), style="dim", end_section=True)
    for engine, found in rows.items():
        table.add_row(engine, *(_cell(found, name, rows) for name in FIGURES))
    console.print(table)
    if names := missing():
        console.print(f"Not installed, so not compared: {', '.join(names)} (pip install 'backissue[peers]').")


def _cell(found: Folded, name: str, rows: Mapping[str, Folded]) -> str:
    """Return one figure, in bold if no engine has a better one."""
    if name not in found:
        return "-"
    mean, worst = found[name]
    best = mean >= max(row[name][0] for row in rows.values() if name in row)
    said = f"[bold]{mean:.3f}[/]" if best else f"{mean:.3f}"
    return said if mean == worst else f"{said} ({worst:.2f})"


if __name__ == "__main__":
    sys.exit(main())

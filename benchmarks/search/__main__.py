"""Show how good the search is beside other engines: `python -m benchmarks.search [--archive DIR] [--judged DIR]`.

Every engine answers the same judged queries over the same entries in this one run. By default these are the shipped
sample archive and its queries; with --archive, the public archive's (451 issues of a newsletter, 2013 to 2021) are
asked. Exits 1 when a figure that the project promises on the public archive is not reached.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from archive.loader import load
from archive.search.index import Index
from benchmarks.search.judged import DEPTH, FIGURES, Answers, figures, read
from benchmarks.search.peers import Document, Peer, entries, missing, present

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "bot/playground/sample"
PROMISED = {
    "known: MRR": 0.90,
    "known: s@1": 0.87,
    "typo of known: MRR": 0.97,
    "topic: nDCG": 0.85,
    "typo of topic: nDCG": 0.75,
    "alias: nDCG": 0.75,
    "question: nDCG": 0.72,
    "none: empty": 0.95,
    "answered": 0.97,
}


def main() -> int:
    """Evaluate what was asked for; give 0 when every promise is kept or none applies, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--archive", type=Path, default=SAMPLE, help="the issues to search (default: the sample)")
    parser.add_argument("--judged", type=Path, help="folder of queries.jsonl and judgments.jsonl for that archive")
    options = parser.parse_args()
    public = options.archive.resolve() != SAMPLE.resolve()
    folder = options.judged or HERE / ("public" if public else "sample")
    rows = _evaluated(options.archive, folder)
    _show(rows, f"Search, on {options.archive}", PROMISED if public else {})
    return int(public and any(rows["Back Issue"].get(name, 1) < least for name, least in PROMISED.items()))


def _evaluated(archive: Path, folder: Path) -> dict[str, Mapping[str, float]]:
    """Give the figures of this engine and of every peer."""
    issues, queries = load(archive).issues, read(folder)
    index = Index.of(issues)

    def ours(query: str) -> Answers:
        return [(result.issue, result.entry) for result in index.search(query, limit=DEPTH).results]

    rows = {"Back Issue": figures(queries, ours)}
    documents = entries(issues)
    for peer in present():
        rows[peer.name] = figures(queries, _told(peer, documents))
    return rows


def _told(peer: Peer, documents: list[Document]) -> Callable[[str], Answers]:
    """Give `peer` in the form of an engine that answers with entries."""
    ask = peer.built([text for *_, text in documents])
    return lambda query: [documents[number][:2] for number in ask(query, DEPTH)]


def _show(rows: Mapping[str, Mapping[str, float]], title: str, promised: Mapping[str, float]) -> None:
    """Draw the figures, an engine a row."""
    console = Console(width=max(150, Console().width))
    table = Table("engine", title=title, title_justify="left")
    for name in FIGURES:
        table.add_column(name, justify="right")
    if promised:
        table.add_row("promised", *(f"{promised[name]:.2f}" for name in FIGURES), style="dim", end_section=True)
    for engine, found in rows.items():
        best = {name for name in found if found[name] >= max(row.get(name, 0) for row in rows.values())}
        cells = [f"[bold]{found[name]:.3f}[/]" if name in best else f"{found.get(name, 0):.3f}" for name in FIGURES]
        table.add_row(engine, *cells)
    console.print(table)
    if names := missing():
        console.print(f"Not installed, so not compared: {', '.join(names)} (pip install 'backissue[peers]').")


if __name__ == "__main__":
    sys.exit(main())

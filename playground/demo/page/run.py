"""The demo in a browser: the page is served at once, and the app joins as soon as the archive is read."""

from __future__ import annotations

import asyncio
import errno
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.errors import BotError
from bot.runtime.settings import Settings
from bot.source.incoming import Incoming
from playground.demo.held_back import SAMPLE
from playground.demo.page.fixtures import fixtures
from playground.demo.page.room import Room
from playground.demo.page.server import PageServer
from playground.demo.process import until_stopped, without_proxies
from playground.demo.shifted import ShiftedClock

PORT = 8765
"""The first port to try; the next free one of `PORTS` is used."""
PORTS = 20
APPEARS = 10.0
"""Seconds within which an answer has surely appeared."""
SCHEDULE = "mondays 09:00 Europe/London"


class PortError(BotError):
    """No port to listen on: the message names it."""

    def __init__(self, port: int) -> None:
        """Take the requested port."""
        super().__init__(f"port {port} is taken; name another one with --port, or 0 for any that is free")
        self.port = port


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Options of the demo: `port` None: the first free one from `PORT`; `empty`: nothing has happened yet.

    `browse` opens the page's address.
    `polling` is given the demo's copy of the archive, and returns what brings new issues into it.
    """

    archive: Path = SAMPLE
    port: int | None = None
    empty: bool = False
    browse: Callable[[str], object] | None = None
    polling: Callable[[Path], Incoming] | None = None


def browser() -> Callable[[str], object] | None:
    """Return a browser to open a window with; None if nobody would see it (no terminal, or only a text browser)."""
    if not sys.stdout.isatty():
        return None
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return None
    # A plain GenericBrowser runs in this terminal, over our own lines.
    return None if type(found) is webbrowser.GenericBrowser else found.open


async def run(options: DemoOptions, say: Callable[[str], object], settled: Callable[[], object] = lambda: None) -> None:
    """Serve until the process is told to stop; `say` prints a line. Raises FolderError, PortError.

    `settled` is called once everything is there.
    """
    without_proxies()
    with tempfile.TemporaryDirectory(prefix="backissue-demo-") as place:
        await until_stopped(_serve(options, Path(place), say, settled))


async def _serve(
    options: DemoOptions, place: Path, say: Callable[[str], object], settled: Callable[[], object]
) -> None:
    async with opened(options, place, Settings.read()) as page:
        say(f"Back Issue is at {page.url}  (stop with Ctrl-C; nothing is left behind)")
        if options.browse is not None:
            await asyncio.to_thread(options.browse, page.url)
        await page.room.environment()
        settled()
        await asyncio.Event().wait()


@asynccontextmanager
async def opened(options: DemoOptions, place: Path, settings: Settings) -> AsyncIterator[PageServer]:
    """Serve the page, start the app for it, and stop both at the end. Raises PortError.

    `place` is an empty folder. An error that prevents the app (an unreadable folder) is shown on the page, and is
    raised by `Room.environment`.
    """
    clock = ShiftedClock()
    room = Room(fixtures(clock.now(), empty=options.empty), clock, settings.name)
    async with AsyncExitStack() as stack:
        page = await _listening(stack, room, settings, options.port)
        leave = asyncio.Event()
        tasks = [
            asyncio.create_task(_bring(room, options, place, settings, leave), name="environment"),
            asyncio.create_task(page.operator_panel.watch(), name="operator"),
        ]
        if not options.empty:
            tasks.append(asyncio.create_task(_begin(room, settings), name="begin"))
        try:
            yield page
        finally:
            leave.set()
            for task in tasks[1:]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _listening(stack: AsyncExitStack, room: Room, settings: Settings, port: int | None) -> PageServer:
    """Listen on the requested port, or on the first free one."""
    for candidate in (port,) if port is not None else (*range(PORT, PORT + PORTS), 0):
        try:
            return await stack.enter_async_context(PageServer(room, settings, port=candidate))
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
    raise PortError(port or PORT)


async def _bring(room: Room, options: DemoOptions, place: Path, settings: Settings, leave: asyncio.Event) -> None:
    """Start the app for the room, and stop it when `leave` is set."""
    try:
        # Most of a start is importing the app: in a thread, while the page is already there.
        environment = await asyncio.to_thread(_import_environment)
        async with environment(
            options.archive, place, settings, room.site, room.workspace, room.clock, polling=options.polling
        ) as playing:
            room.enter(playing)
            await leave.wait()
    except Exception as error:  # every error is shown: otherwise the page would wait for ever
        if room.here is not None:
            raise
        room.fail(error)


def _import_environment() -> Any:
    from playground.demo.environment import environment  # noqa: PLC0415 - heavy, see `_bring`

    return environment


async def _begin(room: Room, settings: Settings) -> None:
    """Once a page is open, subscribe the two channels as their people would, and publish the first issue."""
    environment = await room.environment()
    await room.feed.attended.wait()
    home, others = room.workspace.channels[room.home], room.channels(room.people[1])
    other = next(channel for channel in others if channel.kind != "im" and channel is not home)
    await environment.fixture.person(room.people[0]).types(f"{settings.command} subscribe as soon as it appears", home)
    await environment.fixture.person(room.people[1]).types(f"{settings.command} subscribe {SCHEDULE}", other)
    with suppress(TimeoutError):
        await environment.fixture.until(lambda: home.ephemeral and other.ephemeral, APPEARS)
    await asyncio.to_thread(environment.held.release)

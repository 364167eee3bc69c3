"""What the browser tests share: one Chromium per worker, the demo's page in this process, and a check for errors.

Everything here runs on the session's one event loop; the tests of this folder do too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from bot.runtime.settings import Settings
from playground.demo.held_back import SAMPLE
from playground.demo.page.run import DemoOptions, opened
from playground.demo.page.server import PageServer
from playground.demo.process import without_proxies
from tests.browser import machine
from tests.browser.visitor import Visitor

ARGUMENTS = (
    "--no-sandbox",  # root has no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TIMEOUT_MS = 20_000.0
"""Milliseconds that something may take to appear on a busy machine before a test fails."""

Serving = Callable[..., Awaitable[PageServer]]
Visiting = Callable[..., Awaitable[Visitor]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this folder on the session's event loop, which the browser uses."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and isinstance(item, pytest.Function):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Start Chromium once for the session."""
    path = machine.chromium()
    if path is None:
        pytest.skip("NO CHROMIUM ON THIS MACHINE: the page is not tested in a browser (`make test` says how to get it)")
    expect.set_options(timeout=TIMEOUT_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def served(archive: Path = SAMPLE, *, empty: bool = True, port: int = 0) -> AsyncIterator[PageServer]:
    """Serve the demo's page, with the bot behind it; at any free port for 0."""
    without_proxies()
    with TemporaryDirectory(prefix="backissue-") as place:
        async with opened(DemoOptions(archive, port=port, empty=empty), Path(place), Settings()) as page:
            await page.room.environment()
            yield page


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page() -> AsyncIterator[PageServer]:
    """Serve the demo as a newcomer finds it, its first digest posted, for all tests of a module.

    Were it not there yet, the answer to a test that asks for the latest issue would stand above it, and be what every
    later test finds in its place.
    """
    async with served(empty=False) as here:
        here.room.feed.attended.set()  # the subscription starts when somebody opens the page
        environment, channel = await here.room.environment(), here.room.workspace.channels[here.room.home]
        await environment.fixture.until(lambda: bool(channel.threads), TIMEOUT_MS / 1_000)
        yield here


@pytest_asyncio.fixture(loop_scope="session")
async def serving() -> AsyncIterator[Serving]:
    """Return a function that serves a demo for one test, as `served` does."""
    async with AsyncExitStack() as stack:

        async def serve(archive: Path = SAMPLE, *, empty: bool = True) -> PageServer:
            return await stack.enter_async_context(served(archive, empty=empty))

        yield serve


@pytest_asyncio.fixture(loop_scope="session")
async def visiting(chromium: Browser, serving: Serving) -> AsyncIterator[Visiting]:
    """Return a function that opens a page for a visitor; at the end, check that nothing went wrong in it.

    The visitor leaves before the server stops: a page whose server is gone writes errors to the console.
    """
    del serving
    async with AsyncExitStack() as stack:

        async def visit(url: str, *, width: int = 1280, height: int = 800, dark: bool = False) -> Visitor:
            context = await chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                locale="en-GB",
                timezone_id="Europe/London",
            )
            stack.push_async_callback(context.close)
            context.set_default_timeout(TIMEOUT_MS)
            visitor = Visitor(await context.new_page(), url)
            stack.push_async_callback(visitor.is_content)
            await visitor.arrives()
            return visitor

        yield visit

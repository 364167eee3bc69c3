"""Take the documents' pictures of the demo's page, of the running product on the sample that ships. `make screenshots`.

The clock begins at a fixed moment, so that what the pictures say is the same each time. Needs Chromium (`make test`
gets it).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Locator, async_playwright, expect

from bot.runtime import logs
from bot.runtime.clock import SystemClock
from bot.runtime.settings import Settings
from docs.palette import smaller
from playground.demo.page.run import DemoOptions, opened
from playground.demo.page.server import PageServer
from playground.demo.process import without_proxies
from tests.browser import machine
from tests.browser.conftest import ARGUMENTS
from tests.browser.visitor import Visitor

HERE = Path(__file__).parent
BEGIN = datetime(2026, 11, 23, 8, 58, tzinfo=UTC)
"""A Monday morning: the week's issue is due at nine."""
DIGEST = "The Green Build Weekly #11"


@asynccontextmanager
async def demo() -> AsyncIterator[PageServer]:
    """Serve the page, with nothing subscribed yet."""
    without_proxies()
    with TemporaryDirectory(prefix="backissue-") as place:
        async with opened(DemoOptions(port=0, empty=True), Path(place), Settings()) as page:
            page.room.clock.ahead = BEGIN - SystemClock().now()  # back, if need be: nothing has happened yet
            await page.room.environment()
            yield page


class Camera:
    """Takes pictures for a README: one visitor each."""

    def __init__(self, browser: Browser, url: str) -> None:
        """Look at `url`."""
        self.browser = browser
        self.url = url

    async def visitor(self, *, width: int = 1280, height: int = 720, dark: bool = False) -> Visitor:
        """Come to the page, and put the hints away."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/London",
        )
        visitor = Visitor(await context.new_page(), self.url)
        await visitor.arrives()
        hide = visitor.page.get_by_role("button", name="Hide these hints")
        if await hide.is_visible():
            await hide.click()
        return visitor

    async def take(self, visitor: Visitor, name: str) -> None:
        """Write docs/NAME.png, with nothing that blinks or points."""
        await visitor.page.evaluate("document.activeElement?.blur()")
        for x in (300, 0):
            await visitor.page.mouse.move(x, 0)
        await visitor.page.evaluate("document.getElementById('newest').hidden = true")  # it would lie over an entry
        await visitor.page.evaluate("document.getElementById('notices').replaceChildren()")
        shot = await visitor.page.screenshot(animations="disabled", caret="hide")
        blank = await self.browser.new_page()
        (HERE / f"{name}.png").write_bytes(await smaller(blank, shot))
        await blank.close()
        await visitor.is_content()


async def top(message: Locator) -> None:
    """Scroll until a message begins where the window does."""
    await message.evaluate("node => node.scrollIntoView({block: 'start'})")


async def pictures(camera: Camera) -> None:
    """Live through the story, and take a picture wherever there is something to see."""
    ada = await camera.visitor()
    await ada.subscribes("links in a thread", at_once=True)
    await ada.opens_backstage()
    await ada.does("Publish the next issue")
    await expect(ada.backstage.get_by_role("row").filter(has_text="#11")).to_contain_text("done")
    await ada.page.set_viewport_size({"width": 1280, "height": 1220})  # so that most faults are there
    await camera.take(ada, "backstage")
    await ada.page.set_viewport_size({"width": 1280, "height": 720})
    await ada.leaves_backstage()
    await camera.take(ada, "digest")

    await ada.message(DIGEST).get_by_role("button", name="replies").click()
    reply = await ada.finds(ada.thread, "· aws.amazon.com")
    await ada.reacts(reply, "bookmark")
    await expect(ada.page.locator("#log")).to_contain_text("Saved:")
    await top(await ada.finds(ada.feed, DIGEST))
    await top(await ada.finds(ada.thread, "· blog.cloudflare.com"))
    await camera.take(ada, "thread")
    await ada.leaves_thread()

    await ada.says("/weekly kuberntes")
    await expect(ada.message("kuberntes · showing kubernetes")).to_be_visible()
    await camera.take(ada, "search")

    await ada.goes("Home")
    await expect(ada.page.get_by_role("region", name="Home").get_by_role("link").first).to_be_visible()
    await camera.take(ada, "home")

    night = await camera.visitor(dark=True)
    await night.finds(night.feed, DIGEST)
    await night.message(DIGEST).get_by_role("button", name="replies").click()
    await top(await night.finds(night.thread, "· blog.cloudflare.com"))
    await top(await night.finds(night.feed, DIGEST))
    await camera.take(night, "dark")

    pocket = await camera.visitor(width=390, height=760)
    await top(await pocket.finds(pocket.feed, DIGEST))
    await camera.take(pocket, "narrow")

    await ada.goes("devops")
    await ada.reacts(await ada.finds(ada.feed, DIGEST), "bookmark")
    await expect(ada.message("Links of that message")).to_be_visible()
    await top(ada.message("Links of that message"))
    await camera.take(ada, "picker")


async def main() -> int:
    """Take all of them; give 1 where there is no browser."""
    path = machine.chromium()
    if path is None:
        sys.stderr.write("There is no Chromium on this machine, so no pictures can be taken.\n")
        return 1
    logs.configure("console", level="ERROR")
    expect.set_options(timeout=40_000)  # a digest of fourteen links takes as many seconds
    async with async_playwright() as playwright, demo() as page:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        await pictures(Camera(browser, page.url))
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

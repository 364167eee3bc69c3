"""The playground is stopped and started again while its page is open."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.browser.conftest import served
from tests.browser.visitor import Visitor


async def test_a_restart_closes_a_thread_that_is_gone(chromium: Browser) -> None:
    """What was in the playground before is gone: no empty thread with a field to reply in stays open."""
    context = await chromium.new_context()
    async with served() as first:
        port, room = int(first.url.rstrip("/").rpartition(":")[2]), first.room
        room.workspace.post(room.workspace.channels[room.home], room.clock.now(), user=room.people[1].id, text="Here.")
        ada = Visitor(await context.new_page(), first.url)
        await ada.page.goto(first.url)
        await expect(ada.message("Here.")).to_be_visible()
        await ada.message("Here.").hover()
        await ada.page.get_by_role("button", name="Reply in thread").click()
        await expect(ada.page.locator("#thread")).to_be_visible()
    async with served(port=port):
        await expect(ada.page.get_by_text("The playground was restarted")).to_be_visible(timeout=60_000)
        await expect(ada.page.locator("#thread")).to_be_hidden()
        await context.close()

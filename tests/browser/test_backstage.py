"""Backstage: published issues scroll into view, faults are visible, and mending says what is left to do."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from playground.demo.page.server import PageServer
from tests.browser.conftest import Serving, Visiting
from tests.browser.papers import newsletter


async def test_a_published_issue_scrolls_into_view(serving: Serving, visiting: Visiting, tmp_path: Path) -> None:
    """Each digest is taller than the window and shown from its beginning; the next is visible without scrolling."""
    served = await serving(newsletter(tmp_path))
    ada = await visiting(served.url, height=500)
    await ada.subscribes("links in a thread", at_once=True)
    for number in (4, 5, 6):
        await ada.opens_backstage()
        await ada.does("Publish the next issue")
        row = ada.backstage.get_by_role("row").filter(has_text=f"#{number}")
        await expect(row).to_contain_text("done")
        heading = ada.message(f"Paper Weekly #{number}").get_by_role("heading").first
        await expect(heading).to_be_in_viewport(ratio=0.9)
        await ada.leaves_backstage()


async def test_an_archived_channel_is_read_only(serving: Serving, visiting: Visiting, tmp_path: Path) -> None:
    """It takes no words, commands or reactions; once it is mended, a notice says what its posts wait for."""
    served = await serving(newsletter(tmp_path))
    ada = await visiting(served.url)
    await ada.subscribes("links in a thread", at_once=True)
    await ada.says("before it was archived")
    said = ada.message("before it was archived")
    await expect(said).to_be_visible()
    await ada.opens_backstage()
    await ada.does("Archive the channel")
    await expect(ada.composer).to_be_disabled()
    await ada.reacts(said, "eyes")
    await expect(ada.page.locator("#notices")).to_contain_text("is archived")
    await expect(said.get_by_role("button", name=re.compile("^eyes"))).to_have_count(0)
    await ada.does("Publish the next issue")
    paused = ada.backstage.get_by_text(re.compile(r"#devops: .*\(paused"))
    await expect(paused).to_be_visible()
    await expect(paused).not_to_contain_text(re.compile(r"\bC\d{8}\b"))
    await ada.does("Mend everything")
    await expect(ada.page.locator("#notices")).to_contain_text("/weekly resume")
    await expect(ada.composer).to_be_enabled()
    await ada.leaves_backstage()
    await ada.says("/weekly resume")
    await expect(ada.message("Paper Weekly #4")).to_be_visible()


async def test_the_focus_stays_in_backstage(serving: Serving, visiting: Visiting, tmp_path: Path) -> None:
    """A button that becomes disabled does not lose the focus to the page."""
    served = await serving(newsletter(tmp_path))
    ada = await visiting(served.url)
    await ada.opens_backstage()
    await ada.does("Slow down")
    await ada.does("Slack is down")
    mend = ada.backstage.get_by_role("button", name="Mend everything")
    await expect(mend).to_be_enabled()
    await mend.press("Enter")
    await expect(mend).to_be_disabled()
    assert await ada.page.evaluate("document.activeElement.closest('#backstage') !== null")


async def test_the_newest_message_is_deleted(serving: Serving, visiting: Visiting, tmp_path: Path) -> None:
    """Its thread goes too or stays below a tombstone; if there is no message, the button says so."""
    served = await serving(newsletter(tmp_path))
    ada = await visiting(served.url)
    await ada.subscribes("links in a thread", at_once=True)
    await ada.opens_backstage()
    for number in (4, 5):
        await ada.does("Publish the next issue")
        await expect(ada.backstage.get_by_role("row").filter(has_text=f"#{number}")).to_contain_text("done")
    await ada.does("Delete the bot's newest message")
    await expect(ada.message("Paper Weekly #5")).to_have_count(0)
    await ada.does("Delete it, but leave its thread")
    await expect(ada.message("Paper Weekly #4")).to_have_count(0)
    tombstone = ada.message("This message was deleted.")
    await expect(tombstone).to_contain_text("replies")
    await ada.does("Delete the bot's newest message")  # the line that says who subscribed the channel
    await expect(ada.message("subscribed this channel")).to_have_count(0)
    await ada.does("Delete the bot's newest message")
    await expect(ada.page.locator("#notices")).to_contain_text("no message in #devops that could be deleted")
    await ada.leaves_backstage()
    await tombstone.get_by_role("button", name="replies").click()
    await expect(ada.reply("The end of")).to_be_visible()


async def test_on_a_phone_the_clock_shows_no_cut_text(page: PageServer, visiting: Visiting) -> None:
    """It shows the day and the hour, not the year and the city: half a year cut off would read as a wrong one."""
    ada = await visiting(page.url, width=390, height=760)
    now = ada.page.locator(".now")
    await expect(now.locator(".hour")).to_be_visible()
    await expect(now.locator(".year")).to_be_hidden()
    assert await now.locator(".date").evaluate("node => node.scrollWidth <= node.clientWidth")

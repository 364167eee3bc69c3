"""Saving links on the page: reactions added and removed, the shortcut, and the menus beside bookmarks."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from playground.demo.page.server import PageServer
from tests.browser.conftest import Visiting
from tests.browser.visitor import Visitor

DIGEST = "The Green Build Weekly #11"
SITES = ("· blog.cloudflare.com", "· aws.amazon.com")
"""What the last line of its first replies ends with."""


async def reply(ada: Visitor, number: int) -> Locator:
    """Open the digest's thread and return a reply of it."""
    await ada.opens_thread(DIGEST, 14)
    return await ada.finds(ada.thread, SITES[number - 1])


async def saved(ada: Visitor) -> Locator:
    """Go to the Home tab and return the rows of bookmarks."""
    await ada.goes("Home")
    home = ada.page.get_by_role("region", name="Home")
    return home.locator(".block").filter(has=ada.page.get_by_role("button", name="More actions"))


async def test_removing_a_reaction_removes_its_bookmark(page: PageServer, visiting: Visiting) -> None:
    """Pressed once, the reaction is there and the link is saved; pressed again, both are gone."""
    ada = await visiting(page.url)
    first = await reply(ada, 1)
    await ada.reacts(first, "bookmark")
    mine = first.get_by_role("button", name="bookmark: 1, from you")
    await expect(mine).to_have_attribute("aria-pressed", "true")
    await ada.asks_until("/weekly saved cloudflare", "Details of the cloudflare outage")
    await mine.click()
    await expect(first.get_by_role("button", name="bookmark: 1, from you")).to_have_count(0)
    await ada.asks_until("/weekly saved cloudflare", "Nothing you saved is about cloudflare")


async def test_a_row_s_menu_marks_and_removes(page: PageServer, visiting: Visiting) -> None:
    """On the Home tab a link is marked as read, so that its menu offers the opposite, and is then removed."""
    grace = await visiting(page.url + "?as=" + page.room.people[1].id)
    await grace.reacts(await reply(grace, 2), "bookmark")
    await grace.asks_until("/weekly saved s3 outage", "summary of the S3 outage")
    row = (await saved(grace)).first
    await expect(row.locator("strong")).to_have_count(1)
    await grace.chooses(row, "Mark as read")
    await expect(row.locator("strong")).to_have_count(0)
    await grace.chooses(row, "Mark as unread")
    await expect(row.locator("strong")).to_have_count(1)
    await grace.chooses(row, "Remove")
    await expect(await saved(grace)).to_have_count(0)


async def test_the_shortcut_saves_a_link_of_another_person_s_message(page: PageServer, visiting: Visiting) -> None:
    """The message is a person's, with a link that the archive does not know."""
    ada = await visiting(page.url)
    await ada.goes("general")
    await ada.says("Read this: https://example.net/a-page-of-mine")
    await ada.uses_shortcut(ada.message("a-page-of-mine"), "Save links")
    await expect(ada.message("Saved")).to_contain_text("Only visible to you")
    await ada.says("/weekly saved page of mine")
    await expect(ada.message("1 link of yours")).to_contain_text("example.net")

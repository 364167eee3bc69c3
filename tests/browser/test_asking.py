"""Asking in the browser: a mention, a direct message, a follow-up, and a mention in a digest's thread."""

from __future__ import annotations

import re

from playwright.async_api import expect

from playground.demo.page.server import PageServer
from tests.browser.conftest import Visiting


async def test_a_mention_is_answered_in_its_thread(page: PageServer, visiting: Visiting) -> None:
    """The bot's name is completed after "@"; the answer quotes an issue, and a follow-up goes on from it."""
    ada = await visiting(page.url)
    await ada.composer.fill("@ba")
    await expect(ada.page.get_by_role("listbox", name="Commands")).to_contain_text("@Back Issue")
    await ada.composer.press("Tab")
    await expect(ada.composer).to_have_value("@Back Issue ")
    await ada.says("@Back Issue what is a service mesh?")
    asked = ada.message("what is a service mesh?")
    await expect(asked).to_contain_text("@Back Issue")
    await asked.get_by_role("button", name="1 reply").click()
    await expect(ada.reply("asks the same")).to_be_visible()
    await ada.reply("asks the same").get_by_role("button", name="This answer helped").click()
    await expect(ada.reply("Thanks.")).to_contain_text("Only visible to you")
    follow_up = ada.thread.get_by_role("combobox", name="Reply")
    await follow_up.fill("@Back Issue what about postgres?")
    await follow_up.press("Enter")
    await expect(ada.reply("pg_repack")).not_to_contain_text("asks the same")


async def test_a_direct_message_goes_on_in_its_thread(page: PageServer, visiting: Visiting) -> None:
    """Messages suggests questions. The thread of a question opens, and follow-ups there need no mention."""
    ada = await visiting(page.url)
    await ada.goes("Messages")
    await ada.page.get_by_role("button", name="What is new").click()
    await expect(ada.composer).to_have_value("what is in the latest issue?")
    await ada.says("kubernetes")
    await expect(ada.reply("asks the same")).to_be_visible()
    follow_up = ada.thread.get_by_role("combobox", name="Reply")
    await expect(follow_up).to_be_focused()
    await follow_up.fill("only tools")
    await follow_up.press("Enter")
    await expect(ada.thread.get_by_test_id("message").filter(has_text="links, page 1")).to_have_count(2)


async def test_the_archive_is_searched_from_the_message_field(page: PageServer, visiting: Visiting) -> None:
    """The shortcut stands among the commands; its form shows what was found."""
    ada = await visiting(page.url)
    await ada.composer.fill("/")
    await ada.page.get_by_role("option", name=re.compile("Search the archive")).click()
    form = ada.dialog("Search the archive")
    await form.get_by_label("What to look for").fill("service mesh")
    await form.get_by_role("button", name="Search").click()
    await expect(ada.dialog("Search the archive")).to_contain_text("Service mesh manifesto")
    await ada.dialog("Search the archive").get_by_role("button", name="Close").last.click()
    await expect(ada.dialog()).to_have_count(0)

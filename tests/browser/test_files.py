"""Choosing a file in a form, in a real browser."""

from __future__ import annotations

import re

from playwright.async_api import expect

from playground.demo.page.server import PageServer
from tests.browser import machine
from tests.browser.conftest import Visiting

GOOD = b"<!DOCTYPE NETSCAPE-Bookmark-file-1><DT><A HREF='https://browser.example/'>Chosen in a browser</A>"


async def test_a_file_of_bookmarks_is_chosen_and_imported(page: PageServer, visiting: Visiting) -> None:
    """Its name is shown, a wrong kind is refused, and the result replaces the form."""
    ada = await visiting(page.url)
    await ada.says("/weekly import")
    form = ada.dialog("Bring your bookmarks")
    field = form.get_by_label(re.compile("A file of bookmarks"))
    await expect(field).to_be_focused()
    if machine.axe() is not None:
        assert await ada.findings() == []
    await form.get_by_role("button", name="Save them").click()
    await expect(form.get_by_text("Please complete this required field.")).to_be_visible()
    await field.set_input_files({"name": "b.txt", "mimeType": "text/plain", "buffer": GOOD})
    await expect(form.get_by_text("choose a file of the kind html")).to_be_visible()
    await field.set_input_files({"name": "b.html", "mimeType": "text/html", "buffer": GOOD})
    await expect(form.get_by_text("Chosen: b.html")).to_be_visible()
    await form.get_by_role("button", name="Save them").click()
    await expect(ada.dialog("Your bookmarks")).to_contain_text("1 more link is yours now")
    await ada.page.keyboard.press("Escape")

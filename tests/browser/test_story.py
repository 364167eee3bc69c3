"""The whole story in a browser: from an empty workspace to saved links, and no digest is posted twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from playground.demo.page.server import PageServer
from tests.browser.conftest import Serving, Visiting
from tests.browser.papers import newsletter
from tests.browser.visitor import Visitor

WIDE, NARROW = 1280, 390


async def next_issue(ada: Visitor, number: int, *, jump: str, broken: str = "") -> None:
    """Publish an issue in Backstage, let time pass, and see it delivered to the channel completely."""
    await ada.opens_backstage()
    if broken:
        await ada.does(broken)
        await expect(ada.backstage.get_by_role("button", name=broken)).to_have_attribute("aria-pressed", "true")
    await ada.does("Publish the next issue")
    await expect(ada.backstage).to_contain_text(
        re.compile(rf"Next: .*#{number + 1}\b" if number < 6 else "Every issue is out")
    )
    await ada.does(jump)
    row = ada.backstage.get_by_role("row").filter(has_text=re.compile(rf"#{number}\b"))
    await expect(row).to_contain_text("done")
    await ada.leaves_backstage()
    await expect(ada.message(f"Paper Weekly #{number}")).to_be_visible()


async def searches_and_shares(ada: Visitor) -> None:
    """Search with a typing error, and share the answer."""
    await ada.says("/weekly kuberntes")
    answer = ada.message("kuberntes · showing kubernetes")
    await expect(answer).to_contain_text("Only visible to you")
    await answer.get_by_role("button", name="Share with channel").click()
    await expect(ada.message("shared")).not_to_contain_text("Only visible to you")


def posted(page: PageServer) -> list[str]:
    """Return the digests in #devops, each by its first words."""
    top = page.room.workspace.channels[page.room.home].top
    return [found[0] for message in top if message.is_bot and (found := re.match(r"Paper Weekly #\d+", message.text))]


@pytest.mark.parametrize(
    ("layout", "width"), [("links in a thread", WIDE), ("Everything in one message", NARROW)], ids=["thread", "full"]
)
async def test_the_whole_story(layout: str, width: int, serving: Serving, visiting: Visiting, tmp_path: Path) -> None:
    """Subscribe, publish, save, search, share; after a week and a failed call nothing was posted twice."""
    page = await serving(newsletter(tmp_path))
    ada = await visiting(page.url, width=width)
    await ada.subscribes(layout)
    await next_issue(ada, 4, jump="Jump to the next slot")

    digest = ada.message("Paper Weekly #4")
    if "thread" in layout:
        await digest.get_by_role("button", name="replies").click()
        reply = await ada.finds(ada.thread, re.compile(r"The cost of.*News · example\.org", re.DOTALL))
        await ada.reacts(reply, "bookmark")
        await expect(reply.get_by_role("button", name="bookmark: 1, from you")).to_be_visible()
        await ada.leaves_thread()
    else:
        await ada.reacts(digest, "two")
        await expect(digest.get_by_role("button", name="two: 1, from you")).to_be_visible()
    await ada.asks_until("/weekly saved", "You saved 1 link")
    await expect(ada.message("You saved 1 link")).to_contain_text("The cost of service meshes")

    await searches_and_shares(ada)
    await next_issue(ada, 5, jump="Jump a week")
    await next_issue(ada, 6, jump="Jump to the next slot", broken="Cut off after a post")
    await expect(ada.page.get_by_test_id("doubles")).to_have_text("Posted twice: 0")
    assert posted(page) == [f"Paper Weekly #{number}" for number in (4, 5, 6)]
    assert page.room.site.ledger.doubles() == []

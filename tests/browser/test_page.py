"""The page for everybody: axe finds nothing, the keyboard reaches everything, private answers stay private."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from playground.demo.page.server import PageServer
from tests.browser import machine
from tests.browser.conftest import Serving, Visiting
from tests.browser.papers import HOSTILE, newsletter

needs_axe = pytest.mark.skipif(
    machine.axe() is None, reason="NO AXE-CORE: the page's accessibility is not tested (install npm, then `make test`)"
)
DIGEST = "The Green Build Weekly #11"


@needs_axe
@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (1280, True), (390, False)], ids=["light", "dark", "narrow"]
)
async def test_axe_finds_nothing_serious(width: int, *, dark: bool, page: PageServer, visiting: Visiting) -> None:
    """Checked: a channel with a thread, an answer, the command menu, a form, the Home tab and Backstage."""
    ada = await visiting(page.url, width=width, dark=dark)
    found: dict[str, list[str]] = {}

    async def look(at: str) -> None:
        found[at] = await ada.findings()

    await ada.finds(ada.feed, DIGEST)
    await look("channel")
    await ada.opens_thread(DIGEST, 14)
    await expect(ada.thread.get_by_test_id("message").first).to_be_visible()
    await look("thread")
    await ada.leaves_thread()
    await ada.composer.fill("/")
    await expect(ada.page.get_by_role("listbox", name="Commands")).to_be_visible()
    await look("commands")
    await ada.says("/weekly kubernetes")
    await expect(ada.message("kubernetes")).to_contain_text("Only visible to you")
    await look("answer")
    await ada.says("/weekly subscribe")
    await expect(ada.dialog("Subscribe a channel").get_by_role("radio").first).to_be_visible()
    await look("form")
    await ada.page.keyboard.press("Escape")
    await ada.opens_backstage()
    await look("backstage")
    await ada.leaves_backstage()
    await ada.goes("Home")
    await expect(ada.page.get_by_role("region", name="Home").get_by_role("heading").first).to_be_visible()
    await look("home")
    assert {at: findings for at, findings in found.items() if findings} == {}


async def tabs_to(page: Page, name: str | re.Pattern[str], *, most: int = 60) -> None:
    """Press Tab until the element with this name has the focus."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        said = await page.evaluate(
            "() => { const at = document.activeElement; const by = at.getAttribute('aria-labelledby');"
            " return at.getAttribute('aria-label') ?? (by && document.getElementById(by)?.textContent)"
            " ?? at.labels?.[0]?.textContent ?? at.textContent }"
        )
        if re.search(name, said or ""):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


async def test_the_keyboard_is_enough(serving: Serving, visiting: Visiting, tmp_path: Path) -> None:
    """Subscribe, publish, open the thread, react, and list the bookmarks, all without a pointer."""
    served = await serving(newsletter(tmp_path))
    ada = await visiting(served.url)
    keyboard = ada.page.keyboard
    await keyboard.press("Tab")
    await expect(ada.page.get_by_role("link", name="Skip to writing")).to_be_focused()
    await keyboard.press("Enter")
    await expect(ada.composer).to_be_focused()
    await keyboard.type("/weekly subscribe as soon as it appears")
    await keyboard.press("Enter")
    await expect(ada.message("Done")).to_be_visible()
    await tabs_to(ada.page, "^Backstage")
    await keyboard.press("Enter")
    await tabs_to(ada.page, "Publish the next issue")
    await keyboard.press("Enter")
    await expect(ada.backstage.get_by_role("row").filter(has_text="#4")).to_contain_text("done")
    await tabs_to(ada.page, "Close Backstage")
    await keyboard.press("Enter")
    await expect(ada.backstage).to_be_hidden()

    await ada.message("Paper Weekly #4").focus()
    await keyboard.press("Enter")
    await expect(ada.thread.get_by_role("article").first).to_be_focused()  # its messages have loaded
    await keyboard.press("End")
    await tabs_to(ada.page, "React with bookmark", most=8)
    await keyboard.press("Enter")
    await expect(ada.thread.get_by_role("button", name="bookmark: 1, from you")).to_be_visible()
    await keyboard.press("Escape")
    await expect(ada.thread).to_be_hidden()
    await ada.composer.focus()
    await keyboard.type("/weekly sa")
    await expect(ada.page.get_by_role("listbox", name="Commands")).to_be_visible()
    await keyboard.press("Tab")
    await expect(ada.composer).to_have_value(re.compile(r"^/weekly saved"))
    await keyboard.press("Enter")
    await expect(ada.message("You saved 1 link")).to_be_visible()


async def test_a_private_answer_is_seen_by_its_person_only(page: PageServer, visiting: Visiting) -> None:
    """An answer is visible to the person who asked, not to another, and is still there after switching back."""
    ada = await visiting(page.url)
    await ada.says("/weekly postgres")
    await expect(ada.message("postgres")).to_contain_text("Only visible to you")
    await ada.is_now("Grace")
    await ada.finds(ada.feed, DIGEST)
    await expect(ada.page.get_by_test_id("message").filter(has_text="postgres")).to_have_count(0)
    await ada.is_now("Ada")
    await expect(ada.message(re.compile("postgres"))).to_contain_text("Only visible to you")


async def test_ticked_links_are_saved_by_the_message_s_button(page: PageServer, visiting: Visiting) -> None:
    """The bookmark on a digest asks which of its links is meant, and the ticked ones are saved."""
    grace = await visiting(page.url + "?as=" + page.room.people[1].id)
    await grace.reacts(await grace.finds(grace.feed, DIGEST), "bookmark")
    chooser = grace.message("tick what you want to save")
    await chooser.get_by_role("checkbox").nth(1).check()
    await chooser.get_by_role("button", name="Save", exact=True).click()
    await expect(grace.message("Saved 1 link")).to_be_visible()


async def test_a_message_appears_in_every_open_window(page: PageServer, visiting: Visiting) -> None:
    """Without a reload, Grace's message appears in Ada's window, marked as unread where Ada is in another channel."""
    ada, grace = await visiting(page.url), await visiting(page.url + "?as=" + page.room.people[1].id)
    await ada.goes("general")  # she has seen what other tests left there
    await ada.goes("devops")
    await grace.goes("general")
    await grace.says("Lunch?")
    await expect(
        ada.page.get_by_role("navigation").get_by_role("button", name=re.compile("general.*1"))
    ).to_be_visible()
    await ada.goes("general")
    await expect(ada.message("Lunch?")).to_contain_text("Grace")


@pytest.mark.parametrize("layout", ["links in a thread", "Everything in one message"], ids=["thread", "full"])
async def test_nothing_of_an_archive_runs(layout: str, serving: Serving, visiting: Visiting, tmp_path: Path) -> None:
    """Scripts, handlers and false links are plain text in the digest, in the thread, and in an answer."""
    served = await serving(newsletter(tmp_path, first=HOSTILE))
    ada = await visiting(served.url)
    await ada.subscribes(layout, at_once=True)
    await ada.opens_backstage()
    await ada.does("Publish the next issue")
    await expect(ada.backstage.get_by_role("row").filter(has_text="#4")).to_contain_text("done")
    await ada.leaves_backstage()
    where = ada.feed
    if "thread" in layout:
        await ada.message("Paper Weekly #4").get_by_role("button", name="replies").click()
        where = ada.thread
    await ada.finds(where, "<script>window.stung")
    await ada.finds(where, "<!channel>")
    await ada.says("/weekly script opens the first")
    await expect(ada.message("<script>window.stung").last).to_be_visible()
    assert await ada.page.evaluate("window.stung") is None
    assert await ada.page.locator("#main img, #main svg a, #main script, [onload], [onerror]").count() == 0
    links = await ada.page.locator("a[href]").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
    assert [link for link in links if not re.match(r"https?://|mailto:|#", link)] == []


async def test_colours_are_chosen_and_remembered(page: PageServer, visiting: Visiting) -> None:
    """Light, dark or the system's setting, kept over a reload."""
    ada = await visiting(page.url)
    colours = ada.page.get_by_role("button", name=re.compile("^Colours"))
    for _ in range(3):
        await colours.click()
        if await ada.page.locator("html").get_attribute("data-theme") == "dark":
            break
    await expect(ada.page.locator("html")).to_have_attribute("data-theme", "dark")
    await ada.page.reload()
    await expect(ada.page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_content_that_cannot_be_drawn_fails_a_visit(serving: Serving, visiting: Visiting) -> None:
    """Every visit ends with a check that everything could be drawn; this page has something that cannot."""
    served = await serving()
    ada = await visiting(served.url)
    room, carousel = served.room, [{"type": "carousel", "block_id": "c"}]
    channel = room.workspace.channels[room.home]
    room.workspace.post(channel, room.clock.now(), user=room.people[1].id, text="", blocks=carousel)
    await expect(ada.page.locator("details.unknown")).to_be_visible()
    with pytest.raises(AssertionError, match="A block of type “carousel” that this page cannot draw"):
        await ada.is_content()
    await ada.page.evaluate("window.wrong = []")


async def test_an_answer_does_not_scroll_a_reader(page: PageServer, visiting: Visiting) -> None:
    """Saving a link in a thread does not scroll a person who reads its beginning: a notice leads to the answer."""
    grace = await visiting(page.url + "?as=" + page.room.people[1].id, height=600)
    await grace.opens_thread(DIGEST, 14)
    reply = await grace.finds(grace.thread, "· kubernetes.io")
    before = await grace.thread.locator(".scroller").evaluate("node => node.scrollTop")
    await reply.get_by_role("button", name="Save").click()
    notice = grace.page.locator("#notices")
    await expect(notice).to_contain_text("Saved: ")
    assert abs(await grace.thread.locator(".scroller").evaluate("node => node.scrollTop") - before) < 40
    await notice.get_by_role("button", name="Show").click()
    answer = grace.reply("Saved: ")
    await expect(answer).to_be_focused()
    await answer.get_by_role("button", name="Drop").click()
    await expect(grace.reply("Removed: ")).to_be_visible()


async def test_a_click_counts_while_its_message_changes(page: PageServer, visiting: Visiting) -> None:
    """A digest whose replies are arriving changes each second: the change waits until the pointer is released."""
    ada, again = await visiting(page.url), await visiting(page.url)
    grace = await visiting(page.url + "?as=" + page.room.people[1].id)
    digest, there = await ada.finds(ada.feed, DIGEST), await again.finds(again.feed, DIGEST)
    seen = await grace.finds(grace.feed, DIGEST)
    await seen.hover()
    await seen.get_by_role("toolbar").get_by_role("button", name="Add a reaction").click()
    replies = digest.get_by_role("button", name="replies")
    await replies.hover()
    await ada.rests()
    await replies.hover()  # where it is once the list has stopped moving
    await ada.page.mouse.down()
    await grace.page.get_by_role("menuitem", name="tada", exact=True).click()
    await expect(there.get_by_role("button", name=re.compile("^tada: 1"))).to_be_visible()
    await expect(digest.get_by_role("button", name=re.compile("^tada"))).to_have_count(0)
    await ada.page.mouse.up()
    await expect(ada.thread).to_be_visible()
    await expect(digest.get_by_role("button", name=re.compile("^tada: 1"))).to_be_visible()


async def test_holding_the_pointer_down_does_not_stop_updates(page: PageServer, visiting: Visiting) -> None:
    """A button that is held, or released outside of the window, delays updates for a moment only."""
    ada, grace = await visiting(page.url), await visiting(page.url + "?as=" + page.room.people[1].id)
    await (await ada.finds(ada.feed, DIGEST)).get_by_role("heading").hover()
    await ada.page.mouse.down()
    await grace.says("while somebody marks text")
    await expect(ada.page.locator("#log")).to_contain_text("while somebody marks text")
    await ada.page.mouse.up()


async def test_on_a_phone_a_thread_opens_at_its_replies(page: PageServer, visiting: Visiting) -> None:
    """The parent message fills such a screen: without this it would look as if nothing happened."""
    ada = await visiting(page.url, width=390, height=760)
    await ada.opens_thread(DIGEST, 14)
    await expect(ada.reply("· blog.cloudflare.com")).to_be_in_viewport(ratio=0.9)


async def test_on_a_phone_back_closes_the_panel(page: PageServer, visiting: Visiting) -> None:
    """A thread and Backstage fill the screen there: Back leads to the channel below them, not out of the page."""
    ada = await visiting(page.url, width=390, height=760)
    await ada.opens_thread(DIGEST, 14)
    await ada.page.go_back()
    await expect(ada.thread).to_be_hidden()
    await expect(ada.composer).to_be_visible()
    await ada.opens_backstage()
    await ada.page.go_back()
    await expect(ada.backstage).to_be_hidden()
    await expect(ada.composer).to_be_visible()


FREE = """(row) => {
  const [title, bar] = ["a", ".toolbar"].map((each) => row.querySelector(each).getBoundingClientRect());
  return bar.bottom <= title.top + 4 || title.right <= bar.left;
}"""
"""Return whether a message's toolbar covers no part of its first link."""


async def test_a_toolbar_leaves_the_title_of_its_message_free(page: PageServer, visiting: Visiting) -> None:
    """This also holds at the top of a thread, and after a reaction has had the message redrawn."""
    ada = await visiting(page.url)
    await ada.page.get_by_role("button", name="Show me the links").click()
    for text in ("· blog.cloudflare.com", "· danluu.com"):
        reply = ada.reply(text)
        await reply.hover()
        await ada.reacts(reply, "eyes")
        await expect(reply.get_by_role("button", name=re.compile("^eyes: 1"))).to_be_visible()
        await expect(reply.get_by_role("toolbar")).to_be_visible()
        assert await reply.evaluate(FREE)


async def test_a_double_click_presses_a_button_once(page: PageServer, visiting: Visiting) -> None:
    """Save becomes Saved after the first click: the second must not remove the bookmark."""
    ada = await visiting(page.url)
    await ada.says("/weekly ebpf")
    save = ada.message("ebpf").get_by_role("button", name=re.compile("^Save")).first
    await save.dblclick(delay=30)
    await expect(ada.message("ebpf").get_by_role("button", name=re.compile("Saved")).first).to_be_visible()
    await ada.asks_until("/weekly saved", "What is eBPF")


async def test_a_draft_belongs_to_its_person(page: PageServer, visiting: Visiting) -> None:
    """After switching to another person, the first one's draft is not shown."""
    ada = await visiting(page.url)
    await ada.composer.fill("only mine")
    await ada.is_now("Grace")
    await expect(ada.composer).to_have_value("")
    await ada.is_now("Ada")
    await expect(ada.composer).to_have_value("only mine")
    await ada.composer.fill("")


async def test_a_draft_survives_a_reload(page: PageServer, visiting: Visiting) -> None:
    """It stays in its channel until it is sent."""
    ada = await visiting(page.url)
    await ada.composer.fill("what I wanted to")
    await ada.page.reload()
    await expect(ada.composer).to_have_value("what I wanted to")
    await ada.says("what I wanted to say")
    await expect(ada.message("what I wanted to say")).to_be_visible()
    await ada.page.reload()
    await expect(ada.composer).to_have_value("")


async def test_emoji_need_no_font(page: PageServer, visiting: Visiting) -> None:
    """Emoji in the picker and in messages are drawings that the page ships."""
    ada = await visiting(page.url)
    digest = await ada.finds(ada.feed, DIGEST)
    await expect(digest).to_contain_text("14 replies")  # until then it is redrawn each second
    await ada.reacts(digest, "two")
    await expect(digest.get_by_role("button", name="two: 1, from you").locator("img.emoji")).to_be_visible()
    await digest.get_by_role("button", name="Add a reaction").first.click()
    for row in await ada.page.get_by_role("menuitem").all():
        drawn = await row.locator("img.emoji").evaluate("node => node.decode().then(() => node.naturalWidth)")
        assert drawn > 0
    await ada.says("hello :heart: and :unheard_of:")
    said = ada.message("and :unheard_of:")
    await expect(said.locator("img.emoji")).to_have_attribute("alt", "❤️")


async def test_a_link_to_a_message_leads_to_it(page: PageServer, visiting: Visiting) -> None:
    """A link of the bot to a message in its own workspace opens in the page, from other channels too."""
    ada = await visiting(page.url)
    await ada.goes("devops")
    await ada.says("/weekly why latest")
    answer = ada.message(re.compile("(was|is being) posted"))
    await expect(answer).to_contain_text("Today at")
    link = await answer.get_by_role("link").get_attribute("href")
    assert link is not None
    await answer.get_by_role("link", name="Issue #11").click()
    await expect(ada.feed.get_by_test_id("message").filter(has_text=DIGEST).first).to_be_focused()
    await ada.goes("general")
    await ada.page.evaluate(
        "href => { const a = document.createElement('a'); a.href = href; document.body.append(a); a.click(); }",
        f"{link}?thread_ts={link[-16:-6]}.{link[-6:]}&cid=C",
    )
    await expect(ada.thread.get_by_test_id("message").first).to_be_focused()
    assert len(ada.page.context.pages) == 1


INSIDE = """() => {
  const at = document.activeElement, row = at.closest("[data-testid=message]");
  if (!row) return `the keyboard is at ${at.tagName}`;
  const one = row.getBoundingClientRect(), all = row.closest(".scroller").getBoundingClientRect();
  const tall = one.height > all.height;
  return one.top >= all.top - 1 && (tall ? one.top < all.top + 40 : one.bottom <= all.bottom + 1)
    ? "" : `${one.top} to ${one.bottom} in ${all.top} to ${all.bottom}`;
}"""
"""Return where the focused message is, unless it is within the viewport."""


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 640)], ids=["wide", "narrow"])
async def test_the_focused_message_is_in_view(width: int, height: int, page: PageServer, visiting: Visiting) -> None:
    """Up, down, by pages and to both ends, among answers taller than the screen."""
    ada = await visiting(page.url, width=width, height=height)
    answers = {"postgres": "postgres", "kubernetes": "kubernetes", "help": "/tools", "linux": "linux", "latest": DIGEST}
    for word, answer in answers.items():
        await ada.says(f"/weekly {word}")
        await expect(ada.feed.get_by_test_id("message").last).to_contain_text(answer, ignore_case=True)
    await ada.feed.get_by_test_id("message").last.focus()
    keyboard = ada.page.keyboard
    wrong: list[str] = []
    visited: list[str] = []
    keys = ["ArrowUp"] * 9 + ["ArrowDown"] * 9 + ["Home", "PageDown", "PageDown", "End", "PageUp", "PageUp", "End"]
    for key in keys:
        await keyboard.press(key)
        await ada.rests()
        visited.append(await ada.page.evaluate("document.activeElement.dataset.ts"))
        if said := await ada.page.evaluate(INSIDE):
            wrong.append(f"{key} {len(visited)}: {said}")
    assert wrong == []
    ordered = sorted(set(visited))
    assert len(ordered) >= 5
    assert visited[18] == ordered[0]
    assert visited[21] == visited[24] == ordered[-1]
    assert visited[18] < visited[19] < visited[20]
    assert visited[23] < visited[22] < visited[21]


async def test_faults_apply_to_the_open_channel(page: PageServer, visiting: Visiting) -> None:
    """The bot is removed from #general, not from #devops, and comes back when everything is mended."""
    ada = await visiting(page.url)
    await ada.goes("general")
    await ada.opens_backstage()
    await ada.does("Remove the bot")
    about = ada.page.locator("#about")
    await expect(about).to_contain_text("was not invited here")
    await ada.does("Mend everything")
    await expect(about).to_contain_text("is in this channel")


async def test_back_leads_to_the_previous_channel(page: PageServer, visiting: Visiting) -> None:
    """As in any page; an address that leads nowhere is replaced."""
    ada = await visiting(page.url)
    for place in ("general", "Home"):
        await ada.goes(place)
    await expect(ada.page).to_have_url(re.compile("#home$"))
    await ada.page.go_back()
    await expect(ada.page.locator("#title")).to_have_text("#general")
    await ada.page.go_back()
    await expect(ada.page.locator("#title")).to_have_text("#devops")
    await ada.page.go_forward()
    await expect(ada.page.locator("#title")).to_have_text("#general")
    await ada.page.evaluate("location.hash = '#nowhere'")
    await expect(ada.page).to_have_url(re.compile("#devops$"))


async def test_a_digest_below_the_viewport_is_announced(serving: Serving, visiting: Visiting, tmp_path: Path) -> None:
    """A person who reads further up is not scrolled, and sees a notice with the way to the new digest."""
    served = await serving(newsletter(tmp_path))
    ada = await visiting(served.url)
    await ada.subscribes("links in a thread", at_once=True)
    await ada.says("/weekly help")
    for word in ("one", "two", "three"):
        await ada.says(word)
    await expect(ada.message("three")).to_be_visible()
    await ada.feed.evaluate("node => (node.closest('.scroller') ?? node.querySelector('.scroller')).scrollTo(0, 0)")
    newest = ada.page.get_by_role("button", name="Newest messages")
    await ada.opens_backstage()
    await ada.does("Publish the next issue")
    await expect(newest).to_be_visible()
    await newest.click()
    await expect(ada.message("Paper Weekly #4")).to_be_visible()


async def test_an_error_with_a_form_is_shown_in_it(page: PageServer, visiting: Visiting) -> None:
    """An error while a form is open is shown in the form, where the person is looking."""
    ada = await visiting(page.url)
    await ada.says("/weekly subscribe")
    form = ada.dialog("Subscribe a channel")
    await expect(form.get_by_role("radio").first).to_be_visible()
    await ada.page.route("**/page/do", lambda route: route.abort())
    await form.get_by_role("button", name="Subscribe").click()
    await expect(form.get_by_role("alert").last).to_contain_text("does not answer")
    await ada.page.unroute("**/page/do")
    await form.get_by_role("button", name="Cancel").click()
    await expect(ada.dialog()).to_have_count(0)
    ada.errors.clear()  # the request that failed

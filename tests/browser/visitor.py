"""A visitor of the page: methods for what people do there, and a list of everything that went wrong."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Error, Locator, Page, Request, expect

from tests.browser import machine

_WATCH = """
window.wrong = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.wrong.push(`${event.violatedDirective} refused ${event.blockedURI} in ${event.sourceFile}`)
);
new MutationObserver((changes) => {
  const added = changes.flatMap((each) => [...each.addedNodes]).filter((node) => node instanceof Element);
  const unknown = added.flatMap((node) => [node, ...node.querySelectorAll("*")]).filter((node) =>
    node.matches("details.unknown"));
  window.wrong.push(...unknown.map((node) => node.textContent.slice(0, 200)));
}).observe(document, { childList: true, subtree: true });
"""
"""Record policy violations, and every block or control that the page cannot draw, however briefly it is there."""
SERIOUS = {"serious", "critical"}


class Visitor:
    """A page in a browser. `errors` collects what no visit may cause, see `is_content`."""

    def __init__(self, page: Page, url: str) -> None:
        """Use `page`, which will be at `url`."""
        self.page = page
        self.url = url
        self.errors: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(f"error in the page: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            self.errors.append(f"console {message.type}: {message.text} at {message.location}")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.url).netloc and not request.url.startswith("data:"):
            self.errors.append(f"asked another server: {request.url}")

    async def arrives(self, where: str = "") -> None:
        """Open the page and wait until it can be used."""
        await self.page.add_init_script(_WATCH)
        await self.page.goto(self.url + where)
        await expect(self.page.locator("body[data-ready=true]")).to_be_attached()

    async def is_content(self) -> None:
        """Check that the console is empty, no script failed, no policy was violated, and everything could be drawn."""
        seen: list[str] = []
        if not self.page.is_closed():
            seen = await self.page.evaluate("window.wrong ?? []")
        wrong = [*self.errors, *seen]
        if wrong:
            raise AssertionError("\n".join(["in the browser:", *wrong]))

    # Locators

    @property
    def feed(self) -> Locator:
        """The messages of the open channel."""
        return self.page.locator("#messages")

    def message(self, text: str | re.Pattern[str]) -> Locator:
        """The newest message in the open channel with this text."""
        return self.feed.get_by_test_id("message").filter(has_text=text).last

    @property
    def thread(self) -> Locator:
        """The open thread's panel."""
        return self.page.locator("#thread")

    def reply(self, text: str | re.Pattern[str]) -> Locator:
        """The newest reply in the open thread with this text."""
        return self.thread.get_by_test_id("message").filter(has_text=text).last

    async def finds(self, where: Locator, text: str | re.Pattern[str]) -> Locator:
        """Scroll to the first message with this text; only messages near the viewport are in the page."""
        found = where.get_by_test_id("message").filter(has_text=text)
        scroller = where if await where.evaluate("node => node.matches('.scroller')") else where.locator(".scroller")
        # Search downwards, and at the end once more from the beginning: messages may have arrived meanwhile.
        on = """node => node.scrollTop + node.clientHeight < node.scrollHeight - 1
            ? node.scrollBy(0, node.clientHeight / 2) : node.scrollTo(0, 0)"""
        await expect(where.get_by_test_id("message").first).to_be_visible()
        for step in range(120):
            await scroller.evaluate(on if step else "node => node.scrollTo(0, 0)")
            await self.rests()
            if await found.count():
                with suppress(Error):  # the page may redraw it at this moment: then try once more
                    await found.first.scroll_into_view_if_needed()
                    return found.first
        raise AssertionError(f"no message has {text!r}")

    async def rests(self) -> None:
        """Wait until the page has drawn everything."""
        await self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    async def asks_until(self, typed: str, words: str) -> None:
        """Type a command until its answer has these words: a reaction is shown before the bot has handled it."""
        for left in reversed(range(20)):
            await self.says(typed)
            try:
                await expect(self.feed.get_by_test_id("message").last).to_contain_text(words, timeout=1_000)
            except AssertionError:
                if not left:
                    raise
            else:
                return

    async def opens_thread(self, text: str, replies: int) -> None:
        """Open the thread of a digest in the open channel once all its replies are there.

        While replies arrive, a thread follows its end, away from what the test looks at.
        """
        digest = await self.finds(self.feed, text)
        await expect(digest).to_contain_text(f"{replies} replies")
        await digest.get_by_role("button", name="replies").click()
        await expect(self.thread).to_be_visible()

    @property
    def composer(self) -> Locator:
        """The text field of the open channel."""
        return self.page.locator("#write")

    @property
    def backstage(self) -> Locator:
        """Backstage."""
        return self.page.get_by_role("region", name="Backstage")

    def dialog(self, name: str | re.Pattern[str] | None = None) -> Locator:
        """The modal with this title."""
        return self.page.get_by_role("dialog", name=name) if name else self.page.get_by_role("dialog")

    # Actions

    async def goes(self, place: str) -> None:
        """Open a channel by its name in the sidebar: devops, general, Home, Messages."""
        if await self.page.locator("body[data-pane=places]").count() == 0 and not await self._places.is_visible():
            await self.page.get_by_role("button", name="Back to places").click()
        await self._places.get_by_role("button", name=re.compile(place)).click()

    @property
    def _places(self) -> Locator:
        return self.page.get_by_role("navigation", name="Places")

    async def is_now(self, person: str) -> None:
        """Switch to another person."""
        await self.page.get_by_role("group", name="You are").get_by_role("button", name=person).click()

    async def subscribes(self, layout: str, *, at_once: bool = False) -> None:
        """Subscribe #devops with the form: Mondays at nine in London, or at once; `layout` is part of its name."""
        await self.says("/weekly subscribe")
        form = self.dialog("Subscribe a channel")
        await form.get_by_role("radio", name="As soon as it appears" if at_once else "At a set time").check()
        if not at_once:
            await form.get_by_role("combobox", name="Time zone").fill("lond")
            await self.page.get_by_role("option", name=re.compile("London")).first.click()
        await form.get_by_role("radio", name=layout).check()
        await form.get_by_role("button", name="Subscribe").click()
        done = self.dialog("Subscribed")
        await expect(done).to_contain_text("as soon as it appears" if at_once else "mondays 09:00 Europe/London")
        await done.get_by_role("button", name="Close").last.click()
        await expect(self.dialog()).to_have_count(0)

    async def says(self, text: str) -> None:
        """Send a message in the open channel."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def reacts(self, message: Locator, emoji: str) -> None:
        """Add a reaction from the picker."""
        await message.hover()
        await message.get_by_role("toolbar").get_by_role("button", name="Add a reaction").click()
        await self.page.get_by_role("menuitem", name=emoji, exact=True).click()

    async def uses_shortcut(self, message: Locator, name: str) -> None:
        """Use a message shortcut."""
        await message.hover()
        await message.get_by_role("toolbar").get_by_role("button", name="More message actions").click()
        await self.page.get_by_role("menuitem", name=name).click()

    async def chooses(self, row: Locator, action: str) -> None:
        """Choose from the menu beside a row."""
        await row.get_by_role("button", name="More actions").click()
        await self.page.get_by_role("menuitem", name=action).click()

    async def opens_backstage(self) -> None:
        """Open Backstage unless it is open."""
        if await self.backstage.is_visible():
            return
        await self.page.get_by_role("contentinfo").get_by_role("button", name="Backstage").click()
        await expect(self.backstage).to_be_visible()

    async def leaves_thread(self) -> None:
        """Close the thread if one is open."""
        if await self.thread.is_visible():
            await self.thread.get_by_role("button", name=re.compile("Close thread|Back")).first.click()
            await expect(self.thread).to_be_hidden()

    async def leaves_backstage(self) -> None:
        """Close Backstage."""
        await self.backstage.get_by_role("button", name="Close Backstage").click()
        await expect(self.backstage).to_be_hidden()

    async def does(self, button: str) -> None:
        """Press a button of Backstage."""
        await self.backstage.get_by_role("button", name=button).click()

    # Results

    async def findings(self) -> list[str]:
        """Return axe-core's findings that are serious or worse: the rule, its text, and where."""
        script = machine.axe()
        assert script is not None
        await self.page.evaluate(script.read_text("utf-8") + ";0")
        found: dict[str, Any] = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
            for one in found["violations"]
            if one["impact"] in SERIOUS
            for node in one["nodes"]
        ]

    async def tries(self, locator: Locator) -> bool:
        """Return whether an element is there now."""
        try:
            return await locator.count() > 0
        except Error:
            return False

"""A channel with more messages than a page could hold: only those near the viewport are in the page."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import expect

from tests.browser.conftest import Serving, Visiting

MESSAGES = 5_000
MAX_MESSAGES = 100
"""Upper limit of messages in the page: those in view, plus half as many above and below."""
UP = """() => new Promise((done) => {
  const scroller = document.getElementById("messages");
  scroller.scrollTo(0, 0);
  requestAnimationFrame(() => requestAnimationFrame(() =>
    done([scroller.querySelectorAll("article").length, scroller.scrollHeight])));
})"""
"""Scroll to the top of what is loaded; return the number of messages in the page and the height of the list."""
SCROLLED_AND_ADDED = """async () => {
  const { Windowed } = await import("/static/windowed.js");
  const [scroller, canvas] = [document.createElement("div"), document.createElement("div")];
  scroller.style.cssText = "position: fixed; inset: 0; height: 200px; overflow: auto; overflow-anchor: none";
  canvas.style.cssText = "position: relative";
  scroller.append(canvas);
  document.body.append(scroller);
  const draw = () => Object.assign(document.createElement("div"), { style: "position: absolute; height: 20px" });
  const rows = (count) => Array.from({ length: count }, (_, key) => ({ key: `${key}`, version: 1 }));
  const list = new Windowed(scroller, canvas, { draw, guess: () => 20, moved: () => {}, top: () => {} });
  const left = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  list.set(rows(60));
  const seen = [left()];
  scroller.scrollTop -= 300;
  list.render();
  seen.push(left());
  list.set(rows(61));
  seen.push(left());
  scroller.remove();
  return seen;
}"""
"""Makes a list of rows, scrolls it and adds a row within one frame; returns the pixels below the viewport each time."""
LEFT = "node => node.scrollHeight - node.scrollTop - node.clientHeight"
"""Return how many pixels lie below the viewport."""


async def test_few_messages_of_a_long_channel_are_in_the_page(serving: Serving, visiting: Visiting) -> None:
    """This holds at the end, at the beginning, and on the whole way between."""
    served = await serving()
    room = served.room
    channel, now = room.workspace.channels[room.home], room.clock.now()
    for number in range(MESSAGES):
        at = now - timedelta(seconds=10 * (MESSAGES - number))
        room.workspace.post(channel, at, user=room.people[number % 2].id, text=f"Message {number}.")
    ada = await visiting(served.url)
    await expect(ada.message(f"Message {MESSAGES - 1}.")).to_be_visible()
    first = ada.feed.get_by_test_id("message").filter(has_text="Message 0.")
    seen, heights = [], []
    while not await first.count():
        count, height = await ada.page.evaluate(UP)
        seen.append(count)
        heights.append(height)
    assert 0 < min(seen) <= max(seen) <= MAX_MESSAGES
    assert heights[-1] > 10 * heights[0]
    await ada.feed.evaluate("node => node.scrollTo(0, node.scrollHeight)")
    await expect(ada.message(f"Message {MESSAGES - 1}.")).to_be_visible()
    assert await ada.feed.get_by_test_id("message").count() <= MAX_MESSAGES


async def test_near_the_end_nothing_moves_until_a_message_arrives(serving: Serving, visiting: Visiting) -> None:
    """A list that jumped by its last pixels after a scroll would move the button that somebody is about to press."""
    served = await serving()
    room = served.room
    channel = room.workspace.channels[room.home]
    for number in range(60):
        room.workspace.post(channel, room.clock.now(), user=room.people[1].id, text=f"Message {number}.")
    ada = await visiting(served.url)
    await expect(ada.message("Message 59.")).to_be_visible()
    for left in (300, 30):
        await ada.feed.evaluate("(node, left) => (node.scrollTop = node.scrollHeight - node.clientHeight - left)", left)
        await ada.rests()
        assert abs(await ada.feed.evaluate(LEFT) - left) < 2
    room.workspace.post(channel, room.clock.now(), user=room.people[1].id, text="The newest.")
    await expect(ada.message("The newest.")).to_be_in_viewport(ratio=0.9)
    assert await ada.feed.evaluate(LEFT) < 2


async def test_a_scroll_counts_before_its_event_arrives(serving: Serving, visiting: Visiting) -> None:
    """A browser announces a scroll with its next frame; a message that arrives before that must not undo it."""
    served = await serving()
    ada = await visiting(served.url)
    left = await ada.page.evaluate(SCROLLED_AND_ADDED)
    assert left == [0, 300, 320]

"""The demo's page as somebody sees it: how soon it is there, how soon an answer is, how smoothly a channel scrolls.

Measured in Chromium by the page's own clock. Each figure stands beside a floor of the same run: the server's
smallest file, the same request by a bare `fetch`, an empty channel that is scrolled in the same way.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from playwright.async_api import Browser, Page, async_playwright

from benchmarks.table import Row
from bot.runtime.settings import Settings
from playground.demo.page.run import DemoOptions, opened
from playground.demo.page.server import PageServer
from playground.demo.process import without_proxies
from tests.browser import machine
from tests.browser.conftest import ARGUMENTS

STARTS, ANSWERS, MESSAGES, STEP = 5, 30, 5_000, 120
OPENING = 2.0
"""Seconds in which a new window has settled."""
USABLE, ANSWERED, FRAME = 2.0, 100.0, 50.0
"""The limits: seconds from the server's start, milliseconds from Enter, milliseconds of one frame."""

WATCHED = """() => {
  const messages = document.getElementById("messages");
  const all = () => [...messages.querySelectorAll("article.ephemeral")];
  const known = new Set(all().map((each) => each.dataset.ts));
  let begin = 0;
  addEventListener("keydown", () => { begin = performance.now(); }, { capture: true, once: true });
  window.answered = new Promise((done) => {
    const watch = new MutationObserver(() => {
      if (!begin || !all().some((each) => !known.has(each.dataset.ts))) return;
      watch.disconnect();
      requestAnimationFrame(() => done(performance.now() - begin));
    });
    watch.observe(messages, { childList: true, subtree: true });
  });
}"""
"""Waits for the next key and for the answer that follows; `answered` is the milliseconds until the frame it is in."""

SHOWN = """(selector) => new Promise((done) => {
  const look = () => (document.querySelector(selector) ? done() : requestAnimationFrame(look));
  look();
})"""
"""Waits for the frame that has it: the driver's own waiting looks every half second."""

FETCHED = """async ([who, channel, text]) => {
  const begin = performance.now();
  const body = JSON.stringify({ as: who, do: "say", channel, text });
  const answer = await fetch("/page/do", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  await answer.json();
  return performance.now() - begin;
}"""

SCROLLED = """async ([where, step, words, frames]) => {
  const scroller = document.querySelector(where);
  const known = new Set();
  const times = [];
  const there = () => {
    const all = [...scroller.querySelectorAll("article")];
    all.forEach((each) => known.add(each.dataset.ts));
    return words && all.some((each) => each.getAttribute("aria-label").includes(words));
  };
  let last = await new Promise(requestAnimationFrame);
  while (times.length < frames && !there()) {
    scroller.scrollBy(0, -step);
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return [times, known.size];
}"""
"""Scrolls up by a wheel's step in each frame, until a message has these `words` ("": none will), for `frames` at most.

Gives the milliseconds of each frame, and how many messages were in the page at one time or another.
"""


def run(archive: Path) -> list[Row]:
    """Measure on the issues in `archive`; no row where there is no Chromium."""
    path = machine.chromium()
    if path is None:
        sys.stderr.write("There is no Chromium on this machine: the page is not measured.\n")
        return []
    without_proxies()
    return asyncio.run(_run(path, archive.resolve()))


async def _run(path: str, archive: Path) -> list[Row]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        rows = [*await _starts(browser, archive), await _answers(browser, archive), await _scrolls(browser, archive)]
        await browser.close()
    return rows


async def _starts(browser: Browser, archive: Path) -> list[Row]:
    """Time until there is a place to write, until the bot can answer, and until what was written first is answered.

    The page is usable once the bot can answer (`[data-ready=true]`); one may write before that, while the archive is
    being read, and what is sent then waits for it. The browser is open, with nothing in memory of the page.
    """
    writing, ours, answered, whole, floor = [], [], [], [], []
    for _ in range(STARTS):
        page = await _opened(browser)
        started = time.monotonic()
        async with _process(archive) as url:
            begin = time.monotonic()
            await page.goto(url)
            await page.locator("#write").fill("/weekly kubernetes")
            await page.evaluate(SHOWN, "body[data-ready]")
            writing.append(time.monotonic() - begin)
            # Looked for from now on: the first digest comes soon after, and the list keeps only what is in sight.
            answer = asyncio.ensure_future(page.evaluate(SHOWN, "article.ephemeral"))
            await page.keyboard.press("Enter")
            await page.evaluate(SHOWN, "body[data-ready=true]")
            ours.append(time.monotonic() - begin)
            await answer
            answered.append(time.monotonic() - begin)
            whole.append(time.monotonic() - started)
            begin = time.monotonic()
            await page.goto(f"{url}static/icon.svg")
            floor.append(time.monotonic() - begin)
            await page.context.close()
    least, mine, at_all = statistics.median(floor), statistics.median(ours), statistics.median(whole)
    rows = []
    for figure, seconds, limit, ok in (
        ("a place to write, from when the server listens", writing, "", True),
        ("first page usable: the bot can answer", ours, f"at most {USABLE:.0f} s", mine <= USABLE),
        (f"what was written first is answered ({at_all:.2f} s from the process's start)", answered, "", True),
    ):
        median = statistics.median(seconds)
        rows.append(Row(figure, f"{median:.2f} s", f"{least:.2f} s", median / least, limit, ok))
    return rows


async def _opened(browser: Browser) -> Page:
    """Return an empty page of a browser at rest: a new window first loads the browser's own surfaces, beside ours."""
    page = await (await browser.new_context()).new_page()
    await page.goto("data:text/html,<p>open</p>")
    await asyncio.sleep(OPENING)
    return page


@asynccontextmanager
async def _process(archive: Path) -> AsyncIterator[str]:
    """Start the demo as a process, and give its address once it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", str(port), "--archive", str(archive)]
    url = f"http://127.0.0.1:{port}/"
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    try:
        async with aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientConnectionError):
                    async with session.get(url):
                        break
                await asyncio.sleep(0.005)  # another process: nobody can tell when it listens
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _arrives(page: Page, url: str) -> None:
    await page.goto(url)
    await page.wait_for_selector("body[data-ready=true]", state="attached")


async def _answers(browser: Browser, archive: Path) -> Row:
    """Time from Enter to the frame with the answer, each of another query; in turns with the request alone."""
    words = ("kubernetes", "docker", "postgres", "latency", "security", "monitoring", "terraform", "incident")
    queries = [f"/weekly {one} {other}" for one in words for other in words if one != other]
    async with _page(browser, archive) as (served, page):
        who, channel = served.room.people[0].id, served.room.home
        ours, floor = [], []
        for at in range(ANSWERS + 3):
            await page.locator("#write").fill(queries[at])
            await page.evaluate(WATCHED)
            await page.keyboard.press("Enter")
            ours.append(await page.evaluate("window.answered"))
            floor.append(await page.evaluate(FETCHED, [who, channel, queries[-1 - at]]))
    mine, least = statistics.median(ours[3:]), statistics.median(floor[3:])
    return Row(
        "a command's answer on screen, from Enter",
        f"{mine:.1f} ms",
        f"{least:.1f} ms",
        mine / least,
        f"at most {ANSWERED:.0f} ms",
        mine <= ANSWERED,
    )


async def _scrolls(browser: Browser, archive: Path) -> Row:
    """Scroll through thousands of messages, from newest to oldest; the worst frame, beside an empty channel's."""
    async with _page(browser, archive) as (served, page):
        room = served.room
        channel, now = room.workspace.channels[room.home], room.clock.now()
        for number in range(MESSAGES):
            said = f"Message {number}: *words* and <https://example.org/{number}|a link>\n> and what it says"
            at = now - timedelta(seconds=10 * (MESSAGES - number))
            room.workspace.post(channel, at, user=room.people[number % 2].id, text=said)
        await page.reload()
        await page.evaluate("location.hash = 'devops'")
        await page.wait_for_selector("#messages article")
        ours, seen = await _frames(page, until="Message 0:")
        shown = await page.locator("#messages article").count()
        await page.evaluate("location.hash = 'general'")
        floor, _ = await _frames(page, most=len(ours))
    worst, least = max(ours), max(floor)
    return Row(
        f"worst of {len(ours):,} frames, scrolling {seen:,} messages ({shown} of them in the page at a time)",
        f"{worst:.0f} ms",
        f"{least:.0f} ms",
        worst / least,
        f"at most {FRAME:.0f} ms",
        worst <= FRAME and seen >= MESSAGES,
    )


async def _frames(page: Page, *, until: str = "", most: int = 20 * MESSAGES) -> tuple[list[float], int]:
    """Scroll until a message has those words; give the frames, but for the first few, and how many messages passed."""
    times, seen = await page.evaluate(SCROLLED, ["#messages", STEP, until, most])
    return times[5:], seen


@asynccontextmanager
async def _page(browser: Browser, archive: Path) -> AsyncIterator[tuple[PageServer, Page]]:
    """Serve the page in this process and look at it."""
    with TemporaryDirectory(prefix="backissue-") as place:
        async with opened(DemoOptions(archive, port=0, empty=True), Path(place), Settings()) as served:
            await served.room.environment()
            context = await browser.new_context(viewport={"width": 1280, "height": 800})
            page = await context.new_page()
            await _arrives(page, served.url)
            yield served, page
            await context.close()

"""The whole page: started, used while the archive is still being read, and stopped."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from archive.errors import FolderError
from bot.runtime.settings import Settings
from playground.demo.held_back import NEWSLETTERS
from playground.demo.page.run import PORT, DemoOptions, PortError, browser, opened, run
from tests.fakes.environment import environment
from tests.playground.visitor import Visitor


@pytest.mark.process
def test_the_demo_is_a_page_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """It prints the page's URL, serves it with the bot behind it, and leaves nothing behind on SIGTERM."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "bot", "demo", "--no-browser", "--empty", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
        # A proxy that does not exist: the demo must not use one.
        env=environment(TMPDIR=str(tmp_path), HTTPS_PROXY="http://127.0.0.1:9", http_proxy="http://127.0.0.1:9"),
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        assert found
        asked = urllib.request.Request(
            f"{found[0]}page/backstage", b'{"do": "next_slot"}', {"Content-Type": "application/json"}
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=60) as answer:
            told = json.load(answer)
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=15)[0]
    assert "Subscribe one" in told["problem"]
    assert "Traceback" not in rest
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
async def test_the_page_is_there_before_the_archive_is_read(tmp_path: Path) -> None:
    """The first request is answered at once; a command typed then is answered as soon as the bot is there."""
    async with opened(DemoOptions(port=0), tmp_path, Settings()) as page, aiohttp.ClientSession() as session:
        visitor = Visitor(session, page.url)
        state = await visitor.state()
        assert state["ready"] is False
        channel = await visitor.channel("devops")
        said = await visitor.does("say", channel=channel, text="/weekly help")
        assert said["ok"]
        async with visitor.listening(state["event"]):
            await visitor.until(lambda push: push["type"] == "ready")
            await visitor.until(
                lambda push: (
                    push["type"] == "posted"
                    and push["message"]["is_bot"]
                    and not push["message"]["ephemeral"]
                    and push["message"]["channel"] == channel
                )
            )
        general = await visitor.messages(await visitor.channel("general"))
        assert {message["ephemeral"] for message in general["messages"]} == {False}


def _says(said: str, push: dict[str, Any]) -> bool:
    return said in json.dumps(push, ensure_ascii=False)


@pytest.mark.long
async def test_the_demo_has_two_newsletters(tmp_path: Path) -> None:
    """A search finds links of both and says whose they are, and a number that both have is asked about."""
    async with (
        opened(DemoOptions(NEWSLETTERS, port=0, empty=True), tmp_path, Settings()) as page,
        aiohttp.ClientSession() as session,
    ):
        await page.room.environment()
        visitor = Visitor(session, page.url)
        channel = await visitor.channel("devops")
        async with visitor.listening((await visitor.state())["event"]):
            for typed, said in (("postgres", "also in The Green Build Weekly #1"), ("issue 3", "Which one?")):
                assert (await visitor.does("say", channel=channel, text=f"/weekly {typed}"))["ok"]
                await visitor.until(partial(_says, said))


async def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    """The page says what is wrong, so does every action there, and the process ends with that line."""
    said: list[str] = []
    missing = tmp_path / "nowhere"
    with pytest.raises(FolderError, match="nowhere"):
        await run(DemoOptions(missing, port=0), said.append)
    assert said[0].startswith("Back Issue is at http://127.0.0.1:")
    (tmp_path / "place").mkdir()
    async with (
        opened(DemoOptions(missing, port=0), tmp_path / "place", Settings()) as page,
        aiohttp.ClientSession() as web,
    ):
        visitor = Visitor(web, page.url)
        async with visitor.listening(f"{page.room.feed.mark.partition('-')[0]}-0"):
            problem = await visitor.until(lambda push: push["type"] == "problem")
        assert "nowhere" in problem["problem"]
        channel = await visitor.channel("devops")
        refused = await visitor.does("say", channel=channel, text="/weekly help")
        assert refused == {"ok": False, "problem": problem["problem"]}


async def test_a_port_in_use_is_an_error(tmp_path: Path) -> None:
    """A port that was asked for is not replaced by another; without one the next free one is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=str(port)):
            async with opened(DemoOptions(port=port), tmp_path, Settings()):
                pass
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    async with (
        opened(DemoOptions(empty=True), tmp_path / "one", Settings()) as first,
        opened(DemoOptions(empty=True), tmp_path / "two", Settings()) as second,
    ):
        assert first.url != second.url
    assert f":{PORT // 100}" in first.url


def test_no_browser_is_opened_without_a_terminal() -> None:
    """The page is not opened if the output goes to a pipe, as here."""
    assert browser() is None

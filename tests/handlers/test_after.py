"""What happens after the acknowledgement: work that is kept hold of, and answers over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.later import Later
from bot.replies import HttpReplies, ReplyError


@asynccontextmanager
async def hook(status: int, seen: list[object]) -> AsyncIterator[str]:
    """Serve a response_url on loopback that answers `status`; 0 cuts the connection after reading."""

    async def take(request: web.Request) -> web.Response:
        seen.append(await request.json())
        if not status:
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=status or 200, text="used_url")

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


async def test_an_answer_arrives_as_json() -> None:
    """What was given is what Slack gets, many times over one session."""
    seen: list[object] = []
    replies = HttpReplies()
    async with hook(200, seen) as url:
        await replies.send(url, {"text": "hello"})
        await replies.send(url, {"text": "again"})
        await replies.close()
    assert seen == [{"text": "hello"}, {"text": "again"}]


@pytest.mark.parametrize("status", [0, 404, 429, 500])
async def test_an_answer_is_sent_once(status: int) -> None:
    """Whatever goes wrong, nothing is sent a second time: an answer shared with a channel would stand there twice."""
    seen: list[object] = []
    replies = HttpReplies()
    async with hook(status, seen) as url:
        with pytest.raises(ReplyError):
            await replies.send(url, {"text": "hello"})
        await replies.close()
    assert len(seen) == 1


@pytest.mark.parametrize("url", ["", "no address", "ftp://127.0.0.1/", "http://127.0.0.1:1/"])
async def test_no_place_to_send_to(url: str) -> None:
    """A payload's address that is none is an error with a reason, not a trace."""
    replies = HttpReplies()
    with pytest.raises(ReplyError):
        await replies.send(url, {})
    await replies.close()


async def test_stopping_waits_for_what_runs() -> None:
    """Work in hand is finished within the time given; the rest is cancelled and said so."""
    later, done, gate = Later(), [], asyncio.Event()

    async def short() -> None:
        await asyncio.sleep(0)
        done.append("short")

    async def long() -> None:
        await gate.wait()

    later.start(short())
    assert await later.drain(5)
    assert done == ["short"]
    later.start(long())
    assert not await later.drain(0.01)
    assert await later.drain(0.01)

"""What happens after the acknowledgement: tracked background tasks, and answers over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientError, ClientSession, web

from bot.runtime.background import BackgroundTasks
from bot.slack.api.response_urls import HttpResponseUrls, ResponseUrlError


@asynccontextmanager
async def hook(status: int, seen: list[object], away: str = "") -> AsyncIterator[str]:
    """Serve a response URL on loopback that answers `status`, redirecting to `away`; 0 resets the connection."""

    async def take(request: web.Request) -> web.Response:
        seen.append(await request.json())
        if not status:
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=status or 200, text="used_url", headers={"Location": away} if away else None)

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
    """Slack receives what was sent, many times over one session."""
    seen: list[object] = []
    async with hook(200, seen) as url:
        replies = HttpResponseUrls(url)
        await replies.send(url, {"text": "hello"})
        await replies.send(url, {"text": "again"})
        await replies.close()
    assert seen == [{"text": "hello"}, {"text": "again"}]


@pytest.mark.parametrize("status", [0, 404, 429, 500])
async def test_an_answer_is_sent_once(status: int) -> None:
    """After any error nothing is sent a second time: an answer shared with a channel would appear twice."""
    seen: list[object] = []
    async with hook(status, seen) as url:
        replies = HttpResponseUrls(url)
        with pytest.raises(ResponseUrlError):
            await replies.send(url, {"text": "hello"})
        await replies.close()
    assert len(seen) == 1


@pytest.mark.parametrize("url", ["", "no address", "ftp://127.0.0.1/", "http://127.0.0.1:1/"])
async def test_an_invalid_response_url(url: str) -> None:
    """A payload's invalid response URL is an error with a reason, without a stack trace."""
    replies = HttpResponseUrls("http://127.0.0.1:1/api/")
    with pytest.raises(ResponseUrlError):
        await replies.send(url, {})
    await replies.close()


HOOK = "https://hooks.slack.com/commands/T1/2/abc"
FOREIGN = [
    "http://hooks.slack.com/commands/1", "https://hooks.slack.com.example/1", "https://hooksslack.com/1",
    "https://hooks.slack.com@example.com/1", "https://hooks.slack.com:8443/1", "https://user:word@hooks.slack.com/1",
    "https://127.0.0.1/1", "https://[::1]/1", "https://localhost/1", "https://example.com/hooks.slack.com",
    "https://example.com#@hooks.slack.com", "//hooks.slack.com/1", "https:hooks.slack.com", "file:///etc/passwd",
    "https://hooks.slack.com.", "https://hooks.slack.com\\@example.com/1", "https://xn--slack-gov.com/", "https://",
    "https://127.0.0.1&.slack.com/1", "https://1.2.3.4 .slack.com/1",
    "https://[", "https://slack.com:99999/", "https://hooks.slack.com\n.example.com/1", "http://127.0.0.1:2/api/",
]  # fmt: skip


@pytest.mark.parametrize("api", ["https://slack.com/api/", "http://127.0.0.1:1/api/"])
@pytest.mark.parametrize("url", FOREIGN)
async def test_no_other_address_is_called(monkeypatch: pytest.MonkeyPatch, url: str, api: str) -> None:
    """Whatever URL a payload names, answers are sent only to Slack's hosts over https, or to the stand-in."""
    called: list[object] = []
    monkeypatch.setattr(ClientSession, "_request", lambda _, *asked, **__: called.append(asked))
    replies = HttpResponseUrls(api)
    with pytest.raises(ResponseUrlError, match="an address that is not Slack's"):
        await replies.send(url, {"text": "hello"})
    await replies.close()
    assert called == []


@pytest.mark.parametrize(
    ("url", "api"),
    [
        (HOOK, "https://slack.com/api/"),
        (HOOK, "http://127.0.0.1:1/api/"),
        ("https://hooks.slack-gov.com/actions/T1/2/abc", "https://slack-gov.com/api/"),
        ("https://HOOKS.Slack.com/commands/1", "https://slack.com/api/"),
        ("https://acme.enterprise.slack.com/hooks/1", "https://slack.com/api/"),
        ("http://127.0.0.1:1/respond/T1-1", "http://127.0.0.1:1/api/"),
    ],
)
async def test_slacks_own_addresses_are_called(monkeypatch: pytest.MonkeyPatch, url: str, api: str) -> None:
    """Slack's hosts, including those for governments and enterprises, and the stand-in's own."""
    called: list[tuple[str, str]] = []

    async def refused(_: ClientSession, method: str, url: object, **options: object) -> None:
        called.append((method, str(url)))
        assert options["allow_redirects"] is False
        raise ClientError

    monkeypatch.setattr(ClientSession, "_request", refused)
    replies = HttpResponseUrls(api)
    with pytest.raises(ResponseUrlError, match="ClientError"):
        await replies.send(url, {"text": "hello"})
    await replies.close()
    assert called == [("POST", url.lower().replace("/t1", "/T1"))]


async def test_no_redirect_is_followed() -> None:
    """Wherever an answer redirects, the text is not sent there."""
    seen: list[object] = []
    async with hook(200, seen) as away, hook(307, [], away) as url:
        replies = HttpResponseUrls(url)
        with pytest.raises(ResponseUrlError, match="307"):
            await replies.send(url, {"text": "hello"})
        await replies.close()
    assert seen == []


async def test_stopping_waits_for_running_tasks() -> None:
    """Running tasks are finished within the time given; the others are cancelled and logged."""
    later, done, gate = BackgroundTasks(), [], asyncio.Event()

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

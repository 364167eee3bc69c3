"""Answers that are no answer: redirections, words of a proxy's, odd waits, and looks that show nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import pytest
from aiohttp import web

from bot.slack.api.client import WebSlack
from bot.slack.api.errors import CannotLookError, SlackError, TryLaterError, UnknownOutcomeError
from bot.slack.api.ports import PartMarker
from bot.slack.api.responses import retry_after
from bot.slack.blocks.message import Message

HERE, CHANNEL, HELLO, MARK = "-:T1", "C1", Message("Hello"), PartMarker("one", "parent")


class Answers:
    """A Slack with one answer to every method but auth.test, which counts the calls."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        """Return that answer."""
        self.agents: list[str] = []
        self.status, self.body, self.headers = status, body, dict(headers or {})
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Answer."""
        self.asked.append(request.path)
        if request.path.endswith("auth.test"):
            return web.json_response({"ok": True, "bot_id": "B1", "user_id": "U1"})
        self.agents.append(request.headers.get("User-Agent", ""))
        return web.json_response(self.body, status=self.status, headers=self.headers)


@asynccontextmanager
async def door_to(answers: Answers) -> AsyncIterator[WebSlack]:
    """Serve the answers; return a client of them."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answers.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    slack = WebSlack("xoxb-1", base_url=f"http://127.0.0.1:{port}/api/", timeout=5, at_once=1, alike=1)
    try:
        yield slack
    finally:
        await slack.close()
        await runner.cleanup()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_message_is_not_sent_again_where_a_redirection_leads(status: int) -> None:
    """What became of it is unknown, and it was sent once."""
    answers = Answers(status, {}, {"Location": "/elsewhere"})
    async with door_to(answers) as slack:
        with pytest.raises(UnknownOutcomeError):
            await slack.post(HERE, CHANNEL, HELLO)
    assert answers.asked == ["/api/chat.postMessage"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, TryLaterError), (403, TryLaterError), (408, UnknownOutcomeError), (499, UnknownOutcomeError)],
)
async def test_a_proxys_word_is_clear_where_it_surely_handed_nothing_on(status: int, kind: type[SlackError]) -> None:
    """A request that was given up may have been handed on before."""
    async with door_to(Answers(status, {})) as slack:
        with pytest.raises(kind) as caught:
            await slack.post(HERE, CHANNEL, HELLO)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("17", 17.0), ("nan", 1.0), ("inf", 1.0), ("-3", 0.0), ("soon", 1.0), ("1e9", 86_400.0), ("", 1.0)],
)
def test_a_wait_is_a_number_of_seconds(given: str, seconds: float) -> None:
    """Anything else is a second, and none is longer than a day."""
    assert retry_after({"Retry-After": given}) == seconds
    assert retry_after({}) == 1.0


@pytest.mark.parametrize(
    ("body", "thread"),
    [
        ({"ok": True}, None),
        ({"ok": True, "messages": None}, None),
        ({"ok": True, "messages": [], "has_more": True}, None),
        ({"ok": True, "messages": []}, "5.000001"),
        ({"ok": True, "messages": [{"ts": "5.000002"}]}, "5.000001"),
    ],
)
async def test_a_look_that_shows_nothing_proves_no_absence(body: dict[str, Any], thread: str | None) -> None:
    """Without a list, with more behind it, or without the thread's own first message nobody can tell."""
    async with door_to(Answers(200, body)) as slack:
        with pytest.raises(CannotLookError):
            await slack.find_own(HERE, CHANNEL, MARK, thread=thread)


async def test_an_answer_without_a_reply_s_thread_is_unclear() -> None:
    """Only the message in it tells whether it is in its thread."""
    async with door_to(Answers(200, {"ok": True, "channel": CHANNEL, "ts": "5.000002"})) as slack:
        with pytest.raises(UnknownOutcomeError, match="no_message"):
            await slack.post(HERE, CHANNEL, HELLO, thread="5.000001")
        assert (await slack.post(HERE, CHANNEL, HELLO)).ts == "5.000002"


async def test_an_empty_history_is_one() -> None:
    """Of a channel, and of a thread that has nothing but what began it."""
    async with door_to(Answers(200, {"ok": True, "messages": []})) as slack:
        assert await slack.find_own(HERE, CHANNEL, MARK) is None
    async with door_to(Answers(200, {"ok": True, "messages": [{"ts": "5.000001"}]})) as slack:
        assert await slack.find_own(HERE, CHANNEL, MARK, thread="5.000001") is None


async def test_a_message_that_gets_no_permit_in_time_is_surely_not_sent() -> None:
    """It waits behind another for as long as it may, and then never goes."""
    answers = Answers(200, {"ok": True, "channel": CHANNEL, "ts": "5.000001"})
    async with door_to(answers) as slack:
        async with slack._limits.of(HERE, "chat.postMessage"):
            with pytest.raises(TryLaterError, match="too_many_calls"):
                await slack.post(HERE, CHANNEL, HELLO, within=0.01)
        assert answers.asked == []
        assert (await slack.post(HERE, CHANNEL, HELLO, within=5)).ts == "5.000001"


async def test_a_call_says_which_version_makes_it() -> None:
    """In its User-Agent, which Slack shows in an app's logs."""
    answers = Answers(200, {"ok": True, "channel": CHANNEL, "ts": "5.000001"})
    async with door_to(answers) as slack:
        await slack.post(HERE, CHANNEL, HELLO)
    assert answers.agents[0].startswith(f"backissue/{version('backissue')} ")


async def test_slack_s_own_time_bounds_later_messages() -> None:
    """It is read from the last answer, minus a minute for safety; unknown before the first, and if it is invalid."""
    answers = Answers(200, {"ok": True, "channel": CHANNEL, "ts": "5.000001"})
    async with door_to(answers) as slack:
        assert slack.since() == ""
        answers.headers["Date"] = "Sat, 28 Nov 2026 12:00:00 GMT"
        await slack.post(HERE, CHANNEL, HELLO)
        assert slack.since() == "1795867140.000000"
        answers.headers["Date"] = "yesterday"
        await asyncio.gather(slack.post(HERE, CHANNEL, HELLO))
        assert slack.since() == ""

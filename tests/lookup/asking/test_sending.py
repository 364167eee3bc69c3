"""An answer is sent once, into its thread, as soon as Slack takes it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.ask_thread import AskThread
from bot.domain.workspace import workspace_id
from bot.lookup.asking.sending import GIVE_UP_SECONDS, STATUS, send, with_status
from bot.slack.api.errors import (
    ChannelRefusedError,
    MessageRefusedError,
    RateLimitedError,
    SlackError,
    UnknownOutcomeError,
)
from bot.slack.api.ports import Posted
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Message
from tests.fakes.talk import FakeSlack

THREAD = AskThread(workspace_id(None, "T1"), "C1", "1.000001", "U1")
ANSWER = Message("an answer")


class Refusing(FakeSlack):
    """A Slack that refuses the first posts, and posts the others where `lands` says."""

    def __init__(self, *errors: SlackError, lands: str = THREAD.thread) -> None:
        """Refuse with each of `errors` once."""
        super().__init__()
        self.errors = list(errors)
        self.lands = lands
        self.deleted: list[str] = []

    async def post(self, *args: Any, **options: Any) -> Posted:
        """Post, or refuse."""
        if self.errors:
            raise self.errors.pop(0)
        posted = await super().post(*args, **options)
        return Posted(posted.channel, posted.ts, self.lands)

    async def delete(self, workspace: Any, channel: str, ts: str) -> None:
        """Record what is deleted."""
        del workspace, channel
        self.deleted.append(ts)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the waits, without waiting."""
    found: list[float] = []

    async def wait(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr("bot.lookup.asking.sending.asyncio.sleep", wait)
    return found


def limited(seconds: float) -> RateLimitedError:
    """Return Slack's refusal of what comes too fast."""
    error = RateLimitedError("chat.postMessage", "ratelimited")
    error.retry_after = seconds
    return error


async def test_too_fast_is_sent_later(waits: list[float]) -> None:
    """As long after as Slack says."""
    slack = Refusing(limited(2.0))
    assert await send(slack, THREAD, ANSWER, private=False)
    assert (len(slack.posted), waits) == (1, [2.0])


@pytest.mark.parametrize("seconds", [1.0, 600.0])
async def test_nobody_waits_for_ever(waits: list[float], seconds: float) -> None:
    """After a while, or where Slack asks for minutes, there is no answer."""
    slack = Refusing(*(limited(seconds) for _ in range(100)))
    assert not await send(slack, THREAD, ANSWER, private=False)
    assert slack.posted == []
    assert sum(waits) <= GIVE_UP_SECONDS


@pytest.mark.parametrize("error", [UnknownOutcomeError, ChannelRefusedError])
async def test_what_may_stand_there_is_not_sent_again(waits: list[float], error: type[SlackError]) -> None:
    """Nor what will never be taken."""
    slack = Refusing(error("chat.postMessage", "http_500"))
    assert not await send(slack, THREAD, ANSWER, private=False)
    assert (slack.posted, waits) == ([], [])


async def test_an_answer_whose_question_was_deleted_goes_as_well() -> None:
    """Slack posts a reply whose thread is gone at the top level."""
    slack = Refusing(lands="")
    assert await send(slack, THREAD, ANSWER, private=False)
    assert slack.deleted == ["1.000000"]


async def test_a_new_block_that_slack_refuses_is_left_out() -> None:
    """The thumbs reach workspaces by and by; the answer is sent without them. Any other refusal is final."""
    thumbs = Message("an answer", (blocks.section("an answer"), blocks.feedback("feedback", "kafka")))
    slack = Refusing(MessageRefusedError("chat.postMessage", "invalid_blocks"))
    assert await send(slack, THREAD, thumbs, private=False)
    assert [message.blocks for _, message in slack.posted] == [thumbs.blocks[:1]]
    slack = Refusing(MessageRefusedError("chat.postMessage", "invalid_blocks"))
    assert not await send(slack, THREAD, Message("plain", thumbs.blocks[:1]), private=False)


class Told(FakeSlack):
    """A Slack that sets `announced` when it is told what the bot is doing, or refuses that with `error`."""

    def __init__(self, error: SlackError | None = None) -> None:
        """Be told nothing yet."""
        super().__init__()
        self.announced = asyncio.Event()
        self.error = error

    async def set_status(self, *args: Any) -> None:
        """Record it, or refuse."""
        self.announced.set()
        await super().set_status(*args)
        if self.error:
            raise self.error

    async def answer(self, *, sent: bool) -> bool:
        """Answer once the bot has said that it is at work."""
        await self.announced.wait()
        return sent


async def at_once() -> bool:
    """Answer without a wait."""
    return True


async def test_only_an_answer_that_takes_a_while_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer takes the status away, and so does the bot where there is none."""
    slack = Told()
    await with_status(slack, THREAD, at_once())
    assert slack.statuses == []
    monkeypatch.setattr("bot.lookup.asking.sending.STATUS_SECONDS", 0.0)
    await with_status(slack, THREAD, slack.answer(sent=True))
    assert slack.statuses == [STATUS]
    silent = Told()
    await with_status(silent, THREAD, silent.answer(sent=False))
    assert silent.statuses == [STATUS, ""]


async def test_a_status_that_is_refused_keeps_no_answer_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a hint."""
    monkeypatch.setattr("bot.lookup.asking.sending.STATUS_SECONDS", 0.0)
    slack = Told(ChannelRefusedError("assistant.threads.setStatus", "not_allowed"))
    await with_status(slack, THREAD, slack.answer(sent=True))
    assert slack.statuses == [STATUS]


@pytest.mark.parametrize(("opening", "thread"), [(True, None), (False, THREAD.thread)])
async def test_a_private_answer_begins_no_thread(*, opening: bool, thread: str | None) -> None:
    """To a question in the channel itself it is given there: a thread of it alone could not be opened."""
    slack = FakeSlack()
    assert await send(slack, THREAD, ANSWER, private=True, opening=opening)
    assert slack.whispered == [("U1", ANSWER)]
    assert slack.threads == [thread]

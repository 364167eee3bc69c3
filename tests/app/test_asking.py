"""Being asked in words: mentions and direct messages; end to end on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from playground.slack import payloads
from playground.slack.channel import Channel, ChannelMessage
from playground.slack.people import Person, readable
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def answered(
    it: Whole, who: Person, channel: Channel, text: str, thread: ChannelMessage | None = None
) -> ChannelMessage:
    """Say something, and return the bot's answer, which stands in the thread of what was said."""
    asked, reply = await who.tells(text, channel, thread=thread)
    assert reply is not None
    assert reply.ok
    await it.settled()
    found = said_after(who, channel, asked)
    assert found
    return found[-1]


def said_after(who: Person, channel: Channel, asked: ChannelMessage) -> list[ChannelMessage]:
    """Return what the bot said in the thread of a message, and after it, as this person sees it."""
    root = asked.thread_ts or asked.ts
    own = [each for each in channel.ephemeral if each.thread_ts == root and each.ephemeral_to == who.user.id]
    return [each for each in (*channel.replies(root), *own) if each.is_bot and each.ts > asked.ts]


async def test_a_mention_is_answered_in_its_thread_for_all(it: Whole) -> None:
    """With the sentence of the issue, and the command that asks the same."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    await it.publish(*tales("mention", "catenary"))
    answer = await answered(it, ada, channel, f"<@{it.workspace.bot.id}> what is a catenary?")
    assert answer.thread_ts
    assert answer.ephemeral_to is None
    assert "All about catenary." in readable(answer)
    assert "/weekly" in readable(answer)


async def test_a_mention_in_passing_is_not_answered(it: Whole) -> None:
    """It is talk about the bot, not to it."""
    ada = it.person()
    channel = it.channel(ada)
    asked, _ = await ada.tells(f"we told <@{it.workspace.bot.id}> yesterday", channel)
    await it.settled()
    assert said_after(ada, channel, asked) == []


async def test_a_message_is_answered_once(it: Whole) -> None:
    """Slack may send an event again, to this process or another."""
    ada = it.person()
    channel = it.channel(ada)
    await it.publish(*tales("once", "gantry"))
    asked, _ = await ada.tells(f"<@{it.workspace.bot.id}> gantry", channel)
    fields = payloads.said(asked, ada.user, mention=True)
    for _ in range(2):
        await it.fixture.sender.event(payloads.event(it.workspace, fields, it.fixture.server.clock.now()))
    await it.settled()
    assert len(said_after(ada, channel, asked)) == 1


async def test_a_direct_message_goes_on_in_its_thread(it: Whole) -> None:
    """A follow-up needs no mention there."""
    ada = it.person()
    await it.publish(*tales("direct", "pontoon-one", "pontoon-two"))
    first = await answered(it, ada, ada.direct, "pontoon-one")
    assert "direct.example/pontoon-one" in readable(first)
    root = next(each for each in ada.direct.top if each.ts == first.thread_ts)
    second = await answered(it, ada, ada.direct, "what about pontoon-two?", thread=root)
    assert "direct.example/pontoon-two" in readable(second)


async def test_a_wish_shows_a_button_and_changes_nothing(it: Whole) -> None:
    """Only the person who wished sees it."""
    ada = it.person()
    channel = it.channel(ada)
    answer = await answered(it, ada, channel, f"<@{it.workspace.bot.id}> subscribe us for mondays 09:00 please")
    assert answer.ephemeral_to == ada.user.id
    assert "Nothing has changed" in readable(answer)
    await it.asks(ada, channel, "/weekly status", "is not subscribed")
    await ada.clicks(answer, "Subscribe mondays 09:00")
    await it.reads(ada, channel, "mondays 09:00")

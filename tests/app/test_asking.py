"""Being asked in words: mentions and direct messages; end to end on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from archive.search.result import Grade
from playground.slack import payloads
from playground.slack.channel import Channel, ChannelMessage
from playground.slack.people import Person, readable
from tests.fakes.whole import Whole, entry, tales

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
    """Return what the bot said after a message, as this person sees it: in its thread, and privately beside it."""
    root = asked.thread_ts or asked.ts
    beside = {asked.thread_ts, root}  # what stands in the channel itself is answered privately there
    own = [each for each in channel.ephemeral if each.thread_ts in beside and each.ephemeral_to == who.user.id]
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


async def test_a_message_that_comes_again_is_missed_once(it: Whole) -> None:
    """As it is answered once: what was not found is counted when the answer is the first."""
    ada = it.person()
    channel = it.channel(ada)
    asked, _ = await ada.tells(f"<@{it.workspace.bot.id}> quokkas", channel)
    fields = payloads.said(asked, ada.user, mention=True)
    for _ in range(2):
        await it.fixture.sender.event(payloads.event(it.workspace, fields, it.fixture.server.clock.now()))
    await it.settled()
    assert it.app._services.misses._noted["quokkas", Grade.NONE] == 1


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


async def test_a_private_answer_stands_where_the_question_does(it: Whole) -> None:
    """One alone begins no thread, so that in the thread of a question nobody could read it."""
    ada = it.person()
    channel = it.channel(ada)
    await it.publish(*tales("private", "pediment"))
    bot = f"<@{it.workspace.bot.id}>"
    assert not (await answered(it, ada, channel, f"{bot} help")).thread_ts
    first = await answered(it, ada, channel, f"{bot} pediment")
    root = channel.find(first.thread_ts or "")
    assert root is not None
    assert (await answered(it, ada, channel, f"{bot} help", root)).thread_ts == root.ts


async def test_the_size_of_the_archive_is_told_to_all(it: Whole) -> None:
    """It is no help that only one person wants."""
    ada = it.person()
    channel = it.channel(ada)
    await it.publish(*tales("size", "cornice"))
    answer = await answered(it, ada, channel, f"<@{it.workspace.bot.id}> how many issues are there?")
    assert "The archive has " in readable(answer)
    assert answer.ephemeral_to is None


async def told(
    it: Whole, who: Person, channel: Channel, text: str, root: ChannelMessage | None = None
) -> list[ChannelMessage]:
    """Say something, and return what the bot answers."""
    asked, _ = await who.tells(text, channel, thread=root)
    await it.settled()
    return said_after(who, channel, asked)


async def test_a_story_of_ten_turns(it: Whole) -> None:
    """A thread in a channel: look up, page, open, narrow, change the topic, save, share, list, thank, forget."""
    ada, linus = it.person(), it.person()
    channel, other = it.channel(ada, linus), it.channel(ada)
    await it.publish(*tales("story", *(f"viaduct-{word}" for word in "abcdefg"), "culvert"))
    bot = f"<@{it.workspace.bot.id}>"
    first = await answered(it, ada, channel, f"{bot} anything on viaduct?")  # 1
    assert "7 links, page 1" in readable(first)
    root = channel.find(first.thread_ts or "")
    assert root is not None
    more = await answered(it, ada, channel, f"{bot} more", root)  # 2
    assert "page 2" in readable(more)
    opened = await answered(it, ada, channel, f"{bot} the second one", root)  # 3
    assert "page" not in readable(opened)
    newest = await answered(it, ada, channel, f"{bot} newest first", root)  # 4
    assert "7 links, page 1" in readable(newest)
    assert "asks the same" in readable(first)
    assert "asks the same" not in readable(more) + readable(newest)
    culvert = await answered(it, ada, channel, f"{bot} what about culvert?", root)  # 5
    assert "All about culvert" in readable(culvert)
    assert culvert.ephemeral_to is None
    offer = await answered(it, ada, channel, f"{bot} save the first one", root)  # 6
    assert offer.ephemeral_to == ada.user.id
    await it.saved(ada, other)
    await ada.clicks(offer, "Save")
    await it.saved(ada, other, "https://story.example/culvert")
    share = await answered(it, ada, channel, f"{bot} share the first one with <#{other.id}|other>", root)  # 7
    assert share.ephemeral_to == ada.user.id
    before = len(list(other.top))
    await ada.clicks(share, "Share it")
    await it.settled()
    shared = list(other.top)[before:]
    assert [f"<@{ada.user.id}> shared a link" in readable(one) for one in shared] == [True]
    mine = await answered(it, ada, channel, f"{bot} what did I save?", root)  # 8
    assert mine.ephemeral_to == ada.user.id
    assert "story.example/culvert" in readable(mine)
    assert await told(it, ada, channel, f"{bot} thanks!", root) == []  # 9
    asked = await answered(it, ada, channel, f"{bot} forget me", root)  # 10
    assert asked.ephemeral_to == ada.user.id
    await it.saved(ada, other, "https://story.example/culvert")
    assert said_after(linus, channel, root) == [each for each in channel.replies(root.ts) if each.is_bot]


async def test_what_is_beneath_a_digest_is_about_its_issue(it: Whole) -> None:
    """Its links have their numbers there; "this" alone may be any of them."""
    ada = it.person()
    channel = it.channel(ada)
    posted = await it.digest(ada, channel, *tales("beneath", "spandrel", "voussoir"))
    bot = f"<@{it.workspace.bot.id}>"
    which = await answered(it, ada, channel, f"{bot} who wrote this?", posted.parent)
    assert "from 1 to 2" in readable(which)
    second = await answered(it, ada, channel, f"{bot} the second one", posted.parent)
    assert "beneath.example/voussoir" in readable(second)
    assert "beneath.example/spandrel" not in readable(second)


async def test_what_is_beneath_a_shared_link_is_about_that_link(it: Whole) -> None:
    """Without a number."""
    ada = it.person()
    channel = it.channel(ada)
    await it.publish(*tales("beneath-one", "abutment"))
    bot = f"<@{it.workspace.bot.id}>"
    first = await answered(it, ada, channel, f"{bot} abutment")
    root = channel.find(first.thread_ts or "")
    offer = await answered(it, ada, channel, f"{bot} share the first one here", root)
    await ada.clicks(offer, "Share it")
    await it.settled()
    shared = next(each for each in channel.top if each.is_bot and "shared a link" in readable(each))
    opened = await answered(it, ada, channel, f"{bot} who wrote this?", shared)
    assert "beneath-one.example/abutment" in readable(opened)


async def sends(it: Whole, fields: Mapping[str, Any]) -> None:
    """Send an event as it is, and wait."""
    payload = payloads.event(it.workspace, fields, it.fixture.server.clock.now())
    reply = await it.fixture.sender.event(payload)
    assert reply.ok
    await it.settled()


async def test_it_answers_people_s_new_messages_only(it: Whole) -> None:
    """No edited one, none of a bot or workflow, nor its own; nor a `message` beside the mention it is."""
    ada = it.person()
    channel = it.channel(ada)
    await it.publish(*tales("unasked", "parapet"))
    asked = ada.says(f"<@{it.workspace.bot.id}> parapet", channel)
    fields = payloads.said(asked, ada.user, mention=True)
    edited = {"type": "message", "subtype": "message_changed", "channel": channel.id, "message": fields, "ts": asked.ts}
    for event in (
        {**fields, "edited": {"user": ada.user.id, "ts": asked.ts}},
        edited,
        {**edited, "channel_type": "im"},
        {**fields, "bot_id": "B123"},
        {**fields, "subtype": "bot_message"},
        {**fields, "user": it.workspace.bot.id},
        {**fields, "type": "message", "channel_type": "channel"},
    ):
        await sends(it, event)
    assert said_after(ada, channel, asked) == []
    for event in (fields, {**fields, "type": "message", "channel_type": "channel"}, fields):
        await sends(it, event)
    assert len(said_after(ada, channel, asked)) == 1


async def test_people_of_other_workspaces_look_things_up_and_nothing_else(it: Whole) -> None:
    """In a shared channel."""
    ada = it.person()
    channel = it.channel(ada)
    await it.publish(*tales("strangers", "corbel"))
    bot = f"<@{it.workspace.bot.id}>"
    for text, said in (("corbel", "strangers.example/corbel"), ("pause for a week", "Only members"), ("help", "topic")):
        asked = ada.says(f"{bot} {text}", channel)
        await sends(it, {**payloads.said(asked, ada.user, mention=True), "user_team": "T0ELSEWHERE"})
        assert said in readable(said_after(ada, channel, asked)[-1])


async def test_a_thumb_down_counts_the_question_s_words(it: Whole) -> None:
    """It is what `backissue misses` lists; who pressed it is not stored."""
    ada = it.person()
    channel = it.channel(ada)
    await it.publish(*tales("thumbs", "gargoyle"))
    answer = await answered(it, ada, channel, f"<@{it.workspace.bot.id}> gargoyle")
    await ada.clicks(answer, "Helpful")
    await it.settled()
    misses = it.app._services.misses
    assert ("gargoyle", Grade.NEAREST) not in misses._noted
    await ada.clicks(answer, "Not helpful")
    await it.settled()
    assert ("gargoyle", Grade.NEAREST) in misses._noted
    root = channel.find(answer.thread_ts or "")
    assert root is not None
    thanks = said_after(ada, channel, root)
    assert [each.ephemeral_to for each in thanks[-2:]] == [ada.user.id] * 2


async def test_an_export_is_offered_privately(it: Whole) -> None:
    """Wherever it is asked for."""
    ada = it.person()
    channel = it.channel(ada)
    answer = await answered(it, ada, channel, f"<@{it.workspace.bot.id}> export my bookmarks as csv")
    assert answer.ephemeral_to == ada.user.id
    await ada.clicks(answer, "Export csv")
    await it.settled()
    direct = await answered(it, ada, ada.direct, "what did I save?")
    assert "saved nothing yet" in readable(direct)


async def test_the_archive_is_searched_everywhere(it: Whole) -> None:
    """In a form, which shows what was found and takes the next search."""
    ada = it.person()
    await it.publish(*tales("everywhere", "buttress-one", "buttress-two"))
    assert (await ada.searches()).ok
    form = await it.modal(ada, "Search the archive")
    assert (await ada.submits(form, {"query": "buttress"})).ok
    found = await it.modal(ada, "everywhere.example/buttress-one")
    assert (await ada.submits(found, {"query": "buttress-two"})).ok
    await it.modal(ada, "everywhere.example/buttress-two")


async def test_what_the_archive_has_on_a_message(it: Whole) -> None:
    """Its link first, then its rare words; only the person who asks sees it, wherever the message is."""
    ada = it.person()
    channel = it.channel(ada, bot=False)
    await it.publish(*tales("related", "clerestory", "triforium", "narthex"))
    linked = ada.writes("see https://related.example/narthex, about the triforium", channel)
    await ada.uses(linked, "Find related")
    answer = await it.reads(ada, channel, "related.example/narthex", "related.example/triforium")
    assert answer.ephemeral_to == ada.user.id
    assert "clerestory" not in readable(answer)
    await ada.uses(ada.writes("lunch?", channel), "Find related")
    await it.reads(ada, channel, "Nothing in the archive is like that")


async def test_an_entry_is_named_once_for_all_its_sentences(it: Whole) -> None:
    """What else was found stands in a line below."""
    ada = it.person()
    two = entry("A flange joins pipes. Every flange needs a gasket.", "https://once.example/flange")
    await it.publish(two, entry("The gasket in brief.", "https://once.example/gasket"))
    answer = await answered(it, ada, ada.direct, "what is a flange?")
    text = readable(answer)
    assert text.count("<https://once.example/flange|") == 1
    assert "Related: <https://once.example/gasket" in text


async def test_what_is_like_a_link_that_was_shown(it: Whole) -> None:
    """What has its rare words, and not itself: the same as *Find related* on a message finds."""
    ada = it.person()
    oriel = entry("The oriel of a chantry.", "https://alike.example/oriel")
    await it.publish(oriel, *tales("alike", "chantry", "mullion"))
    asked = await answered(it, ada, ada.direct, "oriel")
    root = ada.direct.find(asked.thread_ts or "")
    answer = readable(await answered(it, ada, ada.direct, "anything similar to the first one?", root))
    assert "All about chantry." in answer
    assert "The oriel" not in answer
    assert "mullion" not in answer

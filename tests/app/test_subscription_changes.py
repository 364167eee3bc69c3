"""Changing a channel's subscription, seen by everybody in it: signed HTTP, the real app, SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from playground.slack.channel import Channel, ChannelMessage
from playground.slack.people import Person, readable
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")
MONDAYS, FRIDAYS = "mondays 09:00 Europe/London", "fridays 16:00 America/New_York"


async def line(it: Whole, who: Person, channel: Channel, *says: str) -> ChannelMessage:
    """Return the newest line in the channel that says this, which everybody there sees."""
    await it.settled()
    found = await it.reads(who, channel, *says)
    assert not found.ephemeral_to
    return found


async def subscribed(it: Whole) -> tuple[Person, Person, Channel]:
    """Return two people and a channel that the first of them subscribed for mondays."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    await it.asks(ada, channel, f"/weekly subscribe {MONDAYS}", "Done")
    await line(it, linus, channel, "subscribed this channel", MONDAYS, ada.user.id)
    return ada, linus, channel


async def test_a_change_is_one_line_for_everybody(it: Whole) -> None:
    """It says who moved the digest, from when to when; what changes nothing has no line."""
    _, linus, channel = await subscribed(it)
    await it.asks(linus, channel, f"/weekly subscribe {FRIDAYS}", "Done")
    moved = await line(it, linus, channel, "moved the digest from", MONDAYS, FRIDAYS, linus.user.id)
    assert readable(moved).count("\n") <= 1  # the line and its button
    await it.asks(linus, channel, f"/weekly subscribe {FRIDAYS}", "Done")
    await it.settled()
    assert [each for each in linus.sees(channel) if not each.ephemeral_to][-1] == moved


@pytest.mark.parametrize(
    ("typed", "says"),
    [("pause", "paused the digest"), (f"subscribe {FRIDAYS}", FRIDAYS)],
)
async def test_undo_restores_what_was(it: Whole, typed: str, says: str) -> None:
    """Anybody may undo a change; that is a change with a line of its own, and a second click says so."""
    ada, linus, channel = await subscribed(it)
    before = await it.app.ports.store.subscriptions.get(f"-:{it.workspace.team}", channel.id)
    await linus.types(f"/weekly {typed}", channel)
    changed = await line(it, ada, channel, says, linus.user.id)
    await ada.clicks(changed, "Undo")
    await it.reads(ada, channel, "Undone.", MONDAYS)
    await line(it, linus, channel, f"{ada.user.id}> undid a change")
    after = await it.app.ports.store.subscriptions.get(f"-:{it.workspace.team}", channel.id)
    assert before is not None
    assert after is not None
    assert (after.schedule, after.preferences, after.user, after.paused, after.access) == (
        before.schedule,
        before.preferences,
        before.user,
        before.paused,
        before.access,
    )
    await linus.clicks(changed, "Undo")
    await it.reads(linus, channel, "undone already", ada.user.id)


async def test_an_undo_that_is_late_asks(it: Whole) -> None:
    """Somebody changed it since: nothing happens before the question is answered, and the answer counts once."""
    ada, linus, channel = await subscribed(it)
    await ada.types(f"/weekly subscribe {FRIDAYS}", channel)
    moved = await line(it, ada, channel, "moved the digest", FRIDAYS)
    await linus.types("/weekly pause", channel)
    await line(it, ada, channel, "paused the digest")
    await ada.clicks(moved, "Undo")
    asked = await it.reads(ada, channel, "another change since", "paused the digest", linus.user.id)
    assert asked.ephemeral_to == ada.user.id
    await it.asks(ada, channel, "/weekly status", "Paused")
    await ada.clicks(asked, "Restore them")
    await it.becomes(asked, "Undone.", MONDAYS)
    await line(it, ada, channel, "undid a change", "resumed the digest")


async def test_where_the_bot_is_not_the_owner_is_told(it: Whole) -> None:
    """Its line comes by direct message, with the channel's name and the same button."""
    ada, linus, channel = await subscribed(it)
    channel.members.discard(it.workspace.bot.id)
    await linus.types("/weekly pause", channel)
    await it.settled()
    told = await it.reads(ada, ada.direct, channel.id, "paused the digest", linus.user.id)
    await ada.clicks(told, "Undo")
    await it.reads(ada, ada.direct, "Undone.")
    assert not any("paused the digest" in readable(each) for each in linus.sees(channel) if not each.ephemeral_to)


async def test_every_change_is_in_the_audit(it: Whole) -> None:
    """Newest first, with who made it, however it was made."""
    ada, linus, channel = await subscribed(it)
    await linus.types("/weekly pause", channel)
    await it.settled()
    status = await it.asks(ada, channel, "/weekly status", "Paused")
    await ada.clicks(status, "Resume")
    await it.becomes(status, "Next", without="Paused")
    changes = await it.app.ports.store.audit.list(channel=channel.id)
    assert [each.user for each in changes] == [ada.user.id, linus.user.id, ada.user.id]


async def test_an_owner_hands_over_and_the_next_one_leaves(it: Whole) -> None:
    """The menu names the new owner; when their account is deactivated, who changes the digest next owns it."""
    ada, linus, channel = await subscribed(it)
    grace = it.person()
    shown = await it.asks(ada, channel, "/weekly owner", "belongs to", ada.user.id)
    await ada.clicks(shown, "owner:choose", linus.user.id)
    await it.becomes(shown, "Done.", linus.user.id)
    await line(it, linus, channel, "handed it over from", ada.user.id, linus.user.id)
    await it.asks(linus, channel, "/weekly allow owner", "Only its owner")
    await line(it, ada, channel, "let only its owner and the admins change it")
    await it.asks(grace, channel, "/weekly pause", "Nothing was changed: only its owner", linus.user.id)
    it.workspace.deactivate(linus.user.id)
    await it.asks(grace, channel, "/weekly pause", "Paused.")
    await line(it, ada, channel, grace.user.id, "paused the digest", "took it over from", linus.user.id)
    await it.asks(ada, channel, "/weekly status", f"Owner: <@{grace.user.id}>", "Last change", "took it over")


async def test_ones_own_digest(it: Whole) -> None:
    """Typed in the Messages tab: it comes there, its links are saved as anywhere, and its person ends it."""
    ada = it.person()
    own = ada.direct
    await it.asks(ada, own, "/weekly subscribe as soon as it appears", "You get each new issue")
    number = await it.publish(*tales("own", "kafka", "sql"))
    digest = await it.reads(ada, own, f"The Quiet Pager {number}")
    await it.until(lambda: len(own.replies(digest.ts)) == 2, "the replies do not come")
    await ada.reacts(own.replies(digest.ts)[1], "bookmark")
    await it.saved(ada, own, "own.example/sql")
    await it.unsubscribes(ada, own)
    assert [each.user for each in await it.app.ports.store.audit.list(channel=own.id)] == [ada.user.id] * 2


async def test_a_topic_alert(it: Whole) -> None:
    """A list of words is asked about; as topics it brings only the links about them."""
    ada = it.person()
    channel = it.channel(ada)
    asked = await it.asks(ada, channel, "/weekly subscribe kafka, postgres", "topics, or days and times")
    await ada.clicks(asked, "Topics")
    await it.becomes(asked, "Done.", "only about kafka, postgres")
    number = await it.publish(*tales("alert", "postgres", "golf", "kafka"))
    digest = await it.reads(ada, channel, f"The Quiet Pager {number}")
    await it.until(lambda: len(channel.replies(digest.ts)) == 2, "the replies do not come")
    assert not any("golf" in readable(each) for each in channel.replies(digest.ts))
    await it.unsubscribes(ada, channel)

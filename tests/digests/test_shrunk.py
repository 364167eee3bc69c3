"""A digest that can't be corrected any more shrinks, and nobody in Slack can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from bot.domain.bookmark import BookmarkSource, Member
from bot.domain.delivery import Delivery, Progress, ShownEntry, State, shown_json
from bot.domain.preferences import Preferences
from bot.domain.schedule import parse_schedule
from bot.domain.subscription_settings import ChannelSettings
from bot.slack.cards.digest import digest
from bot.store.database import engine_of
from bot.store.migrate import downgrade, upgrade
from bot.store.store import Store
from bot.store.tables import deliveries, metadata, parts
from playground.slack.faults import Fault, How
from tests.fakes.newsletter import issue, with_text
from tests.fakes.scene import QUICK, Scene
from tests.fakes.virtual import START, run

ENTRIES = 4
ME = Member("T1", "U9")
A_DAY = 86_400.0
FIVE_YEARS = timedelta(days=5 * 365)
Opened = Callable[[], Store]


async def posted(store: Store, *, channels: int = 1) -> tuple[Scene, list[str]]:
    """Return a scene whose channels got issue 2, and issue 3 a week later."""
    scene = Scene(store)
    scene.render, scene.nap = digest, A_DAY
    names = [scene.channel(f"channel-{number}") for number in range(channels)]
    await scene.holds([issue(1, START - timedelta(days=9))])
    for name in names:
        await scene.subscribes(name)
    await scene.worker_comes()
    await scene.appear(issue(2, START, entries=ENTRIES))
    await scene.passes(days=7)
    await scene.appear(issue(3, scene.clock.now(), entries=ENTRIES))
    await scene.passes(minutes=1)
    return scene, names


async def found(scene: Scene, channel: str, name: str = "issue-2") -> Delivery:
    """Return the delivery of an issue in the channel."""
    delivery = await scene.store.deliveries.get("-:T1", channel, name)
    assert delivery is not None
    return delivery


async def rows(store: Store, name: str) -> int:
    """Return how many rows a table has."""
    chosen = select(func.count()).select_from(metadata.tables[name])
    return await store.database.read(lambda connection: int(connection.scalar(chosen) or 0))


def calls(scene: Scene) -> int:
    """Return how many messages were posted, edited or deleted."""
    return len([line for line in scene.site.ledger.lines if line.method.startswith("chat.")])


async def saves(scene: Scene, channel: str, ts: str, emoji: str = "bookmark") -> list[str]:
    """React to a message five years later; return the links that the person has then."""
    now = scene.clock.now() + FIVE_YEARS
    source = BookmarkSource(channel, ts, emoji, "-:T1")
    await scene.store.bookmarks.react(ME, "-:T1", source, int(now.timestamp() * 1e6), now, held=True)
    return sorted(each.url for each in (await scene.store.bookmarks.page(ME)).bookmarks)


def test_a_reaction_on_a_digest_of_five_years_ago_saves_its_link(database: Opened) -> None:
    """On a reply, and by a number on the channel message; also after the issue's file is gone."""

    async def play() -> None:
        scene, (channel,) = await posted(database())
        before = await found(scene, channel)
        parent = await scene.store.posted("-:T1", channel, before.parts[0].ts)
        assert parent is not None
        await scene.passes(days=32)
        assert await rows(scene.store, "parts") == ENTRIES + 1  # the newest digest's
        assert await rows(scene.store, "shrunk_messages") == ENTRIES + 1
        await scene.vanish("issue-2")
        after = await found(scene, channel)
        assert [(part.at, part.ts) for part in after.parts] == [(part.at, part.ts) for part in before.parts]
        shrunk = await scene.store.posted("-:T1", channel, before.parts[0].ts)
        assert shrunk is not None
        assert (shrunk.issue, shrunk.entries) == (parent.issue, parent.entries)
        assert await saves(scene, channel, before.parts[2].ts) == ["https://site1.org/2"]
        assert await saves(scene, channel, before.parts[0].ts, "four") == ["https://site1.org/2", "https://site3.org/2"]
        assert await scene.store.postings.thread(channel, before.parts[2].ts) == before.parts[0].ts
        assert await scene.store.postings.thread(channel, before.parts[0].ts) is None
        assert await scene.store.postings.shown("-:T1", "C-other", before.parts[2].ts) is None
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_nothing_is_posted_or_edited_because_of_it(database: Opened) -> None:
    """Neither when it shrinks, nor when its issue is corrected later, by a clock that is put back too."""

    async def play() -> None:
        scene, (channel,) = await posted(database())
        before = calls(scene)
        await scene.passes(days=33)
        assert await rows(scene.store, "shrunk_messages") == ENTRIES + 1
        await scene.appear(with_text(issue(2, START, entries=ENTRIES + 2), 1, "Corrected."))
        await scene.passes(days=1)
        scene.steps(timedelta(days=-20))
        await scene.appear(with_text(issue(2, START, entries=ENTRIES + 3), 1, "Corrected again."))
        await scene.passes(hours=2)
        await scene.everybody_dies()
        await scene.worker_comes()
        await scene.passes(hours=2)
        assert calls(scene) == before
        assert (await found(scene, channel)).progress is Progress.DONE
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_a_shrunk_digest_is_taken_back(database: Opened) -> None:
    """Every message of it is deleted, replies first, and a reaction on one still saves."""

    async def play() -> None:
        scene, (channel,) = await posted(database())
        await scene.passes(days=33)
        before = await found(scene, channel)
        assert await scene.store.retractions.ask("issue-2", scene.clock.now()) == 1
        scene.poke()
        await scene.passes(minutes=1)
        gone = [line.ts for line in scene.site.ledger.lines if line.method == "chat.delete"]
        assert gone == [part.ts for part in before.parts][::-1]
        assert (await found(scene, channel)).progress is Progress.RETRACTED
        assert await rows(scene.store, "shrunk_messages") == 0
        assert await saves(scene, channel, before.parts[1].ts) == ["https://site0.org/2"]
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_what_a_person_may_still_decide_stays_whole(database: Opened) -> None:
    """A digest with a message that Slack refused can have it posted after all: it does not shrink."""

    async def play() -> None:
        scene = Scene(database())
        scene.nap, channel = A_DAY, scene.channel()
        await scene.holds([issue(1, START - timedelta(days=9))])
        await scene.subscribes(channel)
        await scene.worker_comes()
        scene.site.faults.add(Fault(How.REFUSED, error="invalid_blocks", method="chat.postMessage", thread=True))
        await scene.appear(issue(2, START, entries=ENTRIES))
        await scene.passes(minutes=5)
        await scene.appear(issue(3, scene.clock.now(), entries=1))
        await scene.passes(days=33)
        assert await rows(scene.store, "shrunk_messages") == 0
        refused = next(each for each in (await found(scene, channel)).parts if each.state is State.REFUSED)
        assert await scene.store.deliveries.post_after_all(refused, scene.clock.now(), "asked")
        scene.poke()
        await scene.passes(minutes=1)
        assert scene.doubles() == 0
        assert {part.state for part in (await found(scene, channel)).parts} == {State.SENT}
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_entries_are_stored_once_for_all_channels(database: Opened) -> None:
    """Ten channels that got one issue share its entries, and each message has a row of its own."""

    async def play() -> None:
        scene, channels = await posted(database(), channels=10)
        await scene.passes(days=33)
        assert await rows(scene.store, "shrunk_entries") == ENTRIES
        assert await rows(scene.store, "shrunk_messages") == 10 * (ENTRIES + 1)
        first, last = await found(scene, channels[0]), await found(scene, channels[-1])
        assert await saves(scene, channels[-1], last.parts[1].ts) == ["https://site0.org/2"]
        assert first.parts[1].ts != last.parts[1].ts or first.id != last.id
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


@pytest.mark.parametrize(
    "shown", [(), (ShownEntry(7, "", "No link"), ShownEntry(2, "https://a.org", "Out of order", 18))]
)
def test_what_a_message_shows_comes_back_in_order(database: Opened, shown: tuple[ShownEntry, ...]) -> None:
    """Whatever a message shows: nothing, entries without a link, or entries in another order."""

    async def play() -> None:
        scene, (channel,) = await posted(database())
        ts = (await found(scene, channel)).parts[1].ts
        change = update(parts).where(parts.c.ts == ts).values(shown=shown_json(shown))
        await scene.store.database.change(change)
        await scene.passes(days=33)
        known = await scene.store.posted("-:T1", channel, ts)
        assert known is not None
        assert known.entries == shown
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_the_tables_go_there_and_back_with_what_is_in_them(lasting: Opened) -> None:
    """An older release finds every message where it was, and edits none; the newer one shrinks them again."""

    async def play() -> None:
        scene, (channel,) = await posted(lasting())
        await scene.passes(days=33)
        await scene.everybody_dies()
        before, url = await found(scene, channel), scene.store.database.url
        await scene.store.close()
        downgrade(url, "0014")
        engine = engine_of(url)
        with engine.connect() as connection:
            found_then = connection.execute(
                text("SELECT ts, at, state, shown FROM parts WHERE delivery = :id ORDER BY at"), {"id": before.id}
            ).all()
            version = connection.scalar(text("SELECT version FROM deliveries WHERE id = :id"), {"id": before.id})
        engine.dispose()
        assert [(row.ts, row.at, row.state) for row in found_then] == [
            (part.ts, part.at, "sent") for part in before.parts
        ]
        assert '"https://site0.org/2"' in found_then[1].shown
        assert version == ""  # which counts as up to date
        upgrade(url)
        scene.store = Store.open(url, inline=True)
        calls_before = calls(scene)
        assert await saves(scene, channel, before.parts[1].ts) == ["https://site0.org/2"]
        await scene.worker_comes()
        await scene.passes(hours=2)
        assert await rows(scene.store, "shrunk_messages") == ENTRIES + 1
        assert calls(scene) == calls_before
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_an_old_database_shrinks_bit_by_bit(database: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """One pass shrinks so many digests, and the next ones the rest."""
    monkeypatch.setattr("bot.store.shrinking.DIGESTS_AT_ONCE", 2)
    monkeypatch.setattr("bot.store.shrinking.DIGESTS_A_PASS", 4)

    async def play() -> None:
        scene, _ = await posted(database(), channels=7)
        await scene.everybody_dies()
        edge = scene.clock.now() - timedelta(days=1)
        assert [await scene.store.shrinking.run(edge) for _ in range(3)] == [4, 3, 0]
        shrunk = select(func.count()).where(deliveries.c.shrunk)
        assert await scene.store.database.read(lambda connection: connection.scalar(shrunk)) == 7
        await scene.store.close()

    run(play())


def test_changes_of_subscriptions_are_deleted_after_their_time(database: Opened) -> None:
    """As the policy says; without a time in it the record stays."""

    async def play() -> None:
        scene = Scene(database(), policy=replace(QUICK, changes_kept=timedelta(days=30)))
        scene.nap = A_DAY
        settings = ChannelSettings(parse_schedule("mondays 09:00 UTC"), Preferences(), "U1")
        await scene.store.audit.change("-:T1", scene.channel(), "U1", lambda _, __: settings, scene.clock.now())
        await scene.worker_comes()
        await scene.passes(days=29)
        assert len(await scene.store.audit.list()) == 1
        await scene.passes(days=3)
        assert await scene.store.audit.list() == ()
        await scene.everybody_dies()
        await scene.store.close()

    run(play())

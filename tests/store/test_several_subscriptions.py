"""Several subscriptions of one channel in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.issue_identity import Fingerprint
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears, parse_schedule
from bot.domain.subscription import Paused, PausedBy, Subscription
from bot.domain.subscription_settings import ChannelSettings
from bot.store.store import Store

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = ("-:T1", "C1")


async def subscribe(store: Store, *slugs: str, channel: str = "C1", user: str = "U1") -> list[Subscription]:
    """Subscribe a channel to these newsletters."""
    return [
        await store.subscriptions.of(slug).put("-:T1", channel, user, AsItAppears(), Preferences(), NOW)
        for slug in slugs
    ]


async def claimed(store: Store, holder: str, now: datetime) -> list[Subscription]:
    """Return what a worker claims now."""
    return list(await store.leases.claim(holder, now, MINUTE, limit=9, each=9))


async def test_of_a_channel_one_is_claimed_at_a_time(store: Store) -> None:
    """The next one after the first is released, a second later; other channels do not wait."""
    await subscribe(store, "", "devops", "sre")
    await subscribe(store, "sre", channel="C2")
    first = await claimed(store, "a", NOW)
    assert sorted((each.channel, each.newsletter) for each in first) == [("C1", ""), ("C2", "sre")]
    assert await claimed(store, "b", NOW) == []
    one = next(each for each in first if each.channel == "C1")
    soon = NOW + timedelta(seconds=1)
    await store.leases.release(one.id, "a", soon, None)
    assert await claimed(store, "b", NOW) == []
    assert [each.newsletter for each in await claimed(store, "b", soon)] == ["devops"]


async def test_what_a_dead_worker_held_goes_first(store: Store) -> None:
    """It may be in the middle of a digest."""
    await subscribe(store, "devops", "sre")
    held = (await claimed(store, "a", NOW))[0]
    assert [each.id for each in await claimed(store, "b", NOW + 2 * MINUTE)] == [held.id]


async def test_a_limit_is_the_channels(store: Store) -> None:
    """Whoever posts there next knows it, also a subscription that came since; it counts once."""
    devops, _ = await subscribe(store, "devops", "sre")
    await store.subscriptions.limit(devops.id, NOW, NOW + MINUTE)
    assert [limit.channel for limit in await store.subscriptions.limits(NOW)] == ["C1"]
    await store.subscriptions.of("devops").end(*HERE)
    await subscribe(store, "data")
    for _ in range(2):
        (held,) = await claimed(store, "a", NOW)
        assert held.limit is not None
        assert held.limit.until == NOW + MINUTE
        await store.leases.release(held.id, "a", NOW, None)


async def test_a_refused_channel_stops_all_and_resumes_together(store: Store) -> None:
    """What a person paused stays so."""
    devops, _, data = await subscribe(store, "devops", "sre", "data")
    await store.subscriptions.pause(data.id, Paused(PausedBy.PERSON, "holidays"))
    assert await store.subscriptions.pause_channel(devops, Paused(PausedBy.CHANNEL, "is_archived")) == ("U1",)
    assert await store.subscriptions.of("sre").resume(*HERE, NOW)
    found = {each.newsletter: each.active for each in await store.subscriptions.list(*HERE)}
    assert found == {"devops": True, "sre": True, "data": False}


async def test_changes_are_one_subscriptions(store: Store) -> None:
    """Each has its own settings, its own last change and its own undo."""
    monday, friday = (ChannelSettings(parse_schedule(f"{day} 09:00 utc"), owner="U1") for day in ("mon", "fri"))
    made = await store.audit.of("devops").change(*HERE, "U1", lambda _, __: monday, NOW)
    await store.audit.of("sre").change(*HERE, "U2", lambda has, latest: friday if not (has or latest) else None, NOW)
    assert made is not None
    assert made.newsletter == "devops"
    assert await store.audit.of("devops").latest(*HERE) == made
    assert await store.audit.latest(*HERE) is None
    assert [each.newsletter for each in await store.audit.list(*HERE)] == ["sre", "devops"]
    await store.audit.of("sre").change(*HERE, "U2", lambda _, __: None, NOW)
    assert [each.newsletter for each in await store.subscriptions.list(*HERE)] == ["devops"]


async def test_a_channels_id_moves_all(store: Store) -> None:
    """Except to what is subscribed under the new id already."""
    await subscribe(store, "devops", "sre")
    await subscribe(store, "sre", channel="C2", user="U2")
    assert await store.channel_moves.move("-:T1", "C1", "C2", NOW)
    found = {each.newsletter: each.user for each in await store.subscriptions.list("-:T1", "C2")}
    assert found == {"devops": "U1", "sre": "U2"}


async def test_a_renamed_newsletter_takes_its_subscriptions_along(store: Store) -> None:
    """Those to all stay; one that somebody made to the new slug beforehand gives way to the one with a history."""
    known = [Fingerprint("a/1", frozenset("xyz"), "one", "one", NOW)]
    await store.issues.of("a", ("a",)).register(known, NOW)
    await subscribe(store, "", "a", "b")
    await store.audit.of("a").change(*HERE, "U1", lambda _, __: ChannelSettings(AsItAppears(), owner="U9"), NOW)
    await store.issues.of("b", ("b",)).register([Fingerprint("b/1", frozenset("xyz"), "one", "one", NOW)], NOW)
    found = {each.newsletter: each.user for each in await store.subscriptions.list(*HERE)}
    assert found == {"": "U1", "b": "U9"}
    assert [each.newsletter for each in await store.audit.list(*HERE)] == ["b"]

"""Changes of subscriptions and their audit, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.bookmark import Member
from bot.domain.preferences import Layout, Preferences
from bot.domain.schedule import AsItAppears, parse_schedule
from bot.domain.subscription import Paused, PausedBy
from bot.domain.subscription_settings import Access, ChannelSettings, in_words
from bot.domain.workspace import workspace_id
from bot.store.store import Store
from bot.store.tables import subscriptions

NOW = datetime(2024, 5, 6, 7, tzinfo=UTC)
HERE = (workspace_id(None, "T1"), "C1")
MONDAYS = parse_schedule("mondays 09:00 Europe/London")
FRIDAYS = parse_schedule("fridays 16:00 America/New_York")
FIRST = ChannelSettings(MONDAYS, Preferences(topics=("kubernetes",)), "U1")


async def test_a_change_and_its_record_are_one(store: Store) -> None:
    """The settings are as asked for, and the audit has them before and after; what changes nothing is not in it."""
    made = await store.audit.change(*HERE, "U1", lambda _, __: FIRST, NOW)
    assert made is not None
    assert (made.before, made.after) == (None, FIRST)
    assert await store.audit.change(*HERE, "U2", lambda has, _: has, NOW) is None
    moved = await store.audit.change(*HERE, "U2", lambda _, __: replace(FIRST, schedule=FRIDAYS), NOW)
    assert moved is not None
    kept = await store.subscriptions.get(*HERE)
    assert kept is not None
    assert ChannelSettings.of(kept) == moved.after == replace(FIRST, schedule=FRIDAYS)
    assert await store.audit.list() == (moved, made)
    assert await store.audit.latest(*HERE) == moved
    assert await store.audit.get(HERE[0], made.id) == made
    assert await store.audit.get("-:T2", made.id) is None


async def test_every_setting_comes_back(store: Store) -> None:
    """Pause, access and owner included."""
    paused = Paused(PausedBy.PERSON, "asked")
    wanted = ChannelSettings(AsItAppears(), Preferences(layout=Layout.FULL), "U9", Access.ADMINS, paused)
    await store.audit.change(*HERE, "U1", lambda _, __: FIRST, NOW)
    made = await store.audit.change(*HERE, "U1", lambda _, __: wanted, NOW)
    kept = await store.subscriptions.get(*HERE)
    assert kept is not None
    assert ChannelSettings.of(kept) == wanted
    assert await store.audit.list(channel="C1", limit=1) == (made,)
    assert await store.audit.list("-:T2") == ()


async def test_a_refusal_leaves_nothing(store: Store) -> None:
    """What the decision raises is raised, and neither a subscription nor a record is written."""

    def refuse(_has: ChannelSettings | None, _latest: int) -> ChannelSettings:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await store.audit.change(*HERE, "U1", refuse, NOW)
    assert await store.audit.change(*HERE, "U1", lambda _, __: None, NOW) is None
    assert await store.database.read(lambda connection: connection.execute(select(subscriptions)).all()) == []
    assert await store.audit.list() == ()


async def test_changes_at_once_are_made_one_after_the_other(store: Store) -> None:
    """Of twenty people who subscribe a channel at the same moment one is the first, and nobody's change is lost."""

    async def subscribe(number: int) -> None:
        def decide(has: ChannelSettings | None, _latest: int) -> ChannelSettings:
            topics = (*(has.preferences.topics if has else ()), f"t{number}")
            return ChannelSettings(MONDAYS, Preferences(topics=topics), has.owner if has else f"U{number}")

        await store.audit.change(*HERE, f"U{number}", decide, NOW)

    await asyncio.gather(*(subscribe(number) for number in range(20)))
    kept, changes = await store.subscriptions.get(*HERE), await store.audit.list()
    assert kept is not None
    assert sorted(kept.preferences.topics) == sorted(f"t{number}" for number in range(20))
    assert [each.before for each in changes] == [each.after for each in changes[1:]] + [None]
    assert kept.user == changes[-1].user


async def test_an_undone_end_goes_on_where_it_stopped(store: Store) -> None:
    """As after a pause; a subscription that begins again instead takes only what comes from then on."""
    await store.audit.change(*HERE, "U1", lambda _, __: FIRST, NOW)
    ended = await store.audit.change(*HERE, "U1", lambda _, __: None, NOW + timedelta(days=1))
    assert ended is not None
    assert await store.subscriptions.get(*HERE) is None
    later = NOW + timedelta(days=2)
    undo = await store.audit.change(*HERE, "U2", lambda _, __: ended.before, later, ended)
    assert undo is not None
    assert await store.audit.undone(ended) == undo
    kept = await store.subscriptions.get(*HERE)
    assert kept is not None
    assert (kept.cursor, ChannelSettings.of(kept)) == (NOW, FIRST)
    await store.audit.change(*HERE, "U1", lambda _, __: None, later)
    await store.audit.change(*HERE, "U1", lambda _, __: FIRST, later)
    again = await store.subscriptions.get(*HERE)
    assert again is not None
    assert again.cursor == later


async def test_a_person_who_is_forgotten_leaves_the_audit(store: Store) -> None:
    """The changes stay, without their name; those of other workspaces are not touched."""
    for workspace in (HERE[0], "-:T2"):
        await store.audit.change(workspace, "C1", "U1", lambda _, __: FIRST, NOW)
    await store.people.forget(Member("T1", "U1"), 1)
    (here,), (there,) = await store.audit.list(HERE[0]), await store.audit.list("-:T2")
    assert here.after is not None
    assert (here.user, here.after.owner) == ("", "")
    assert in_words(here).startswith("somebody subscribed this channel: mondays 09:00 Europe/London")
    assert there.user == "U1"


async def test_a_person_who_is_forgotten_leaves_what_they_took_back(store: Store) -> None:
    """That it was taken back, and when, stays; the same user id in another workspace is somebody else's."""
    for workspace in (HERE[0], "-:T2"):
        await store.audit.change(workspace, "C1", "U1", lambda _, __: FIRST, NOW)
    await store.retractions.ask("an-issue", NOW, by="U1")
    await store.people.forget(Member("T1", "U1"), 1)
    rows = {each.workspace: each for each in await store.deliveries.list()}
    assert {each.retracted_at for each in rows.values()} == {NOW}
    assert {key: each.retracted_by for key, each in rows.items()} == {HERE[0]: "", "-:T2": "U1"}


async def test_resuming_one_resumes_what_the_workspace_stopped(store: Store) -> None:
    """A refusal of the workspace stopped all of its channels; one of them is resumed, and the others with it."""
    for channel in ("C1", "C2"):
        await store.audit.change(HERE[0], channel, "U1", lambda _, __: FIRST, NOW)
    await store.subscriptions.pause_workspace(HERE[0], Paused(PausedBy.WORKSPACE, "token_revoked"))
    await store.audit.change(*HERE, "U1", lambda has, _: replace(has, paused=None) if has else None, NOW)
    assert all(each.active for each in await store.subscriptions.list())


async def test_what_another_version_wrote_is_left_alone(store: Store) -> None:
    """Preferences that can't be read here survive a change of something else, and an unknown access is a narrow one."""
    await store.audit.change(*HERE, "U1", lambda _, __: FIRST, NOW)
    odd = {"layout": "hologram"}
    await store.database.change(update(subscriptions).values(taste=odd, access="moderators"))
    await store.audit.change(
        *HERE, "U1", lambda has, _: replace(has, schedule=FRIDAYS, access=Access.EVERYBODY) if has else None, NOW
    )
    row = await store.database.read(lambda connection: connection.execute(select(subscriptions)).one())
    assert (row.taste, row.schedule, row.access) == (odd, str(FRIDAYS), "everybody")
    (change, _) = await store.audit.list()
    assert change.before is not None
    assert change.before.access is Access.OWNER


async def test_old_changes_are_deleted_and_what_they_changed_stays(store: Store) -> None:
    """The record ends at the edge; the channel keeps its settings, and its next change is recorded."""
    await store.audit.change(*HERE, "U1", lambda _, __: FIRST, NOW)
    moved = await store.audit.change(
        *HERE, "U2", lambda _, __: replace(FIRST, schedule=FRIDAYS), NOW + timedelta(days=9)
    )
    assert await store.audit.prune(NOW) == 0
    assert await store.audit.prune(NOW + timedelta(days=9)) == 1
    assert await store.audit.list() == (moved,)
    assert await store.audit.prune(NOW + timedelta(days=10)) == 1
    kept = await store.subscriptions.get(*HERE)
    assert kept is not None
    assert kept.schedule == FRIDAYS
    again = await store.audit.change(*HERE, "U1", lambda _, __: FIRST, NOW + timedelta(days=11))
    assert again is not None
    assert again.before is not None
    assert again.before.schedule == FRIDAYS

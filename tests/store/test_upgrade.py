"""Bringing a database of the first version up to date: whatever people kept is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from bot.record.bookmark import Keeper, Way, moment
from bot.store.database import engine_of
from bot.store.migrate import _config, upgrade
from bot.store.store import Store

_SUBSCRIBED = r"""
INSERT INTO subscriptions (id, workspace, channel, "user", schedule, taste, since, ended, again)
VALUES (1, '-\:T1', 'C1', 'U1', 'as it appears', '{}', 0, false, false)
"""
_DELIVERED = r"""
INSERT INTO deliveries (id, workspace, channel, subscription, issue, due, decided, progress, taste, note, late, content,
 reason) VALUES (1, '-\:T1', 'C1', 1, 'one', 0, 0, 'done', '{}', '', '', '', '')
"""
_PART = """
INSERT INTO parts (delivery, key, at, state, ts, hash, attempt, looks, reason, shown, sender)
VALUES (1, :key, :at, 'sent', :ts, '', 1, 0, '', :shown, '')
"""
_KEPT = """
INSERT INTO bookmarks (workspace, "user", channel, ts, event_ts, kept, at)
VALUES (:workspace, :user, 'C1', :ts, :event_ts, :kept, 1700000000000000)
"""


def at_first(url: str) -> None:
    """Make a database of the first version, in which three people reacted to four messages."""
    engine = engine_of(url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with engine.begin() as connection:
        connection.execute(text(_SUBSCRIBED))
        connection.execute(text(_DELIVERED))
        shown = {
            "5.000001": "[]",
            "5.000002": '[[0, "https://a.example/1", "One"]]',
            "5.000003": '[[1, "https://a.example/1/", "One again"]]',
            "5.000004": '[[2, "https://b.example/", "Two"]]',
        }
        for at, (ts, entries) in enumerate(shown.items()):
            connection.execute(text(_PART), {"key": ts, "at": at, "ts": ts, "shown": entries})
        for user, ts, event_ts, kept in (
            ("U1", "5.000002", "6.000001", True),
            ("U1", "5.000003", "6.000002", True),
            ("U1", "5.000004", "6.000003", False),
            ("U1", "9.000000", "9.000001", True),
            ("U2", "5.000004", "6.000004", True),
            ("U3", "5.000001", "6.000005", True),
        ):
            row = {"workspace": "-:T1", "user": user, "ts": ts, "event_ts": event_ts, "kept": kept}
            connection.execute(text(_KEPT), row)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database of the first version."""
    where = f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()
    at_first(where)
    return str(where)


async def test_what_was_kept_is_kept(url: str) -> None:
    """Each link once, with its reactions: taking them off lets go of it, and late events are late."""
    upgrade(url)
    store = Store.open(url)
    me = Keeper("T1", "U1")
    page = await store.bookmarks.page(me)
    assert [(each.url, each.headline, each.issue) for each in page.bookmarks] == [("https://a.example/1", "One", "one")]
    assert (page.total, page.unread) == (1, 1)
    assert [each.headline for each in (await store.bookmarks.page(Keeper("T1", "U2"))).bookmarks] == ["Two"]
    assert (await store.bookmarks.page(Keeper("T1", "U3"))).total == 0

    async def takes_off(ts: str, event_ts: str) -> int:
        way = Way("C1", ts, "bookmark", "-:T1")
        when = page.bookmarks[0].at
        await store.bookmarks.react(me, "-:T1", way, moment(event_ts), when, held=False)
        return (await store.bookmarks.page(me)).total

    assert [await takes_off("5.000002", "1.000000"), await takes_off("5.000002", "7.000000")] == [1, 1]
    assert await takes_off("5.000003", "7.000000") == 0
    await store.close()


async def test_there_and_back(url: str) -> None:
    """What reactions keep outlives a step back and another one forward."""
    upgrade(url)
    engine = engine_of(url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    engine.dispose()
    upgrade(url)
    store = Store.open(url)
    assert [each.url for each in (await store.bookmarks.page(Keeper("T1", "U1"))).bookmarks] == ["https://a.example/1"]
    assert (await store.bookmarks.page(Keeper("T1", "U2"))).total == 1
    await store.close()

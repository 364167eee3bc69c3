"""The app is built from its ports: with a fake of each, it runs without a network, a disk or a clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.app import Ports, build
from bot.domain.issue_identity import Fingerprint
from bot.domain.preferences import Layout, Preferences
from bot.domain.schedule import AsItAppears
from bot.runtime.settings import Settings, SlackCredentials
from bot.slack.api.ports import Posted
from bot.source.library import Library
from bot.store.errors import ForeignArchiveError
from bot.store.store import Store
from tests.fakes.folder import FakeFolder
from tests.fakes.talk import FakeReplies, FakeSlack
from tests.fakes.timers import FakeTimers
from tests.fakes.watch import FakeWatch
from tests.fakes.whole import entry, issue

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


class StillClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """See `bot.domain.clock.Clock`."""
        return NOW


class RecordingSlack(FakeSlack):
    """A Slack that says when a message is posted."""

    def __init__(self) -> None:
        """Start without messages."""
        super().__init__()
        self.heard = asyncio.Event()

    async def post(self, *given: Any, **named: Any) -> Posted:
        """Post the message, and say so."""
        self.heard.set()
        return await super().post(*given, **named)


async def test_an_issue_goes_from_a_fake_folder_to_a_fake_slack() -> None:
    """A file appears, the watch reports it, and its digest is posted; stopping closes the ports."""
    folder = FakeFolder({"a.md": issue(1, NOW - timedelta(days=7), [entry("Old.", "https://old.example/")])})
    store, slack, watch, replies = Store.open("sqlite://"), RecordingSlack(), FakeWatch(), FakeReplies()
    clock = StillClock()
    ports = Ports(
        Library.opened(folder, clock=clock),
        store,
        slack,
        clock,
        watch=watch,
        response_urls=replies,
        chance=lambda _: 0,
    )
    app = build(Settings(), SlackCredentials("xoxb-1", "secret", None), ports)
    async with app.running():
        await store.subscriptions.put("-:T1", "C1", "U1", AsItAppears(), Preferences(layout=Layout.FULL), NOW)
        folder.put("b.md", issue(2, NOW, [entry("New.", "https://new.example/")]))
        watch.changed("b.md")
        async with asyncio.timeout(20):
            await slack.heard.wait()
        assert app.health().ok
    channel, message = slack.posted[0]
    assert (channel, "https://new.example/" in str(message)) == ("C1", True)
    assert slack.is_closed


class Postponed:
    """A processor of the log that says when posting is put off."""

    def __init__(self) -> None:
        """Start before that."""
        self.heard = asyncio.Event()

    def __call__(self, _logger: Any, _method: str, line: EventDict) -> EventDict:
        """Hear a line and hand it on."""
        if line["event"] == "posting.postponed":
            self.heard.set()
        return line


class SetClock(StillClock):
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        """Show `NOW`."""
        self.shown = NOW

    def now(self) -> datetime:
        """See `bot.domain.clock.Clock`."""
        return self.shown


async def test_all_that_the_bot_does_by_itself_is_a_job_of_its_timers() -> None:
    """A look finds the file that no event told of; at its moment the next tick posts it. A stop ends all jobs."""
    folder = FakeFolder({"a.md": issue(1, NOW - timedelta(days=7), [entry("Old.", "https://old.example/")])})
    store, slack, timers, clock = Store.open("sqlite://"), RecordingSlack(), FakeTimers(), SetClock()
    library = Library.opened(folder, clock=clock)
    ports = Ports(library, store, slack, clock, watch=FakeWatch(), response_urls=FakeReplies(), timers=timers)
    app = build(Settings(), SlackCredentials("xoxb-1", "secret", None), ports)
    async with app.running():
        async with asyncio.timeout(20):
            await timers.has("tick")
        await store.subscriptions.put("-:T1", "C1", "U1", AsItAppears(), Preferences(layout=Layout.FULL), NOW)
        folder.put("b.md", issue(2, NOW + timedelta(days=1), [entry("New.", "https://new.example/")]))
        await timers.fires("look at the folder")
        await library.listeners_idle()
        await timers.fires("tick")
        await app.worker.idle()
        assert not slack.posted
        clock.shown += timedelta(days=1)
        await timers.fires("release")
        await library.listeners_idle()
        await timers.fires("tick")
        await app.worker.idle()
        assert "https://new.example/" in str(slack.posted)
        await timers.fires("missed searches")
    assert not timers.jobs


async def test_a_bot_on_another_newsletters_database_answers_and_does_not_post() -> None:
    """A worker is at work there with an archive of which none of this folder's issues is a part.

    The log says so without a stack trace: nothing has failed that was not foreseen.
    """
    store, clock = Store.open("sqlite://"), StillClock()
    await store.issues.register([Fingerprint("theirs", frozenset({"a", "b", "c"}), "x", dated=NOW)], NOW)
    await store.heartbeats.beat(NOW, None)
    ours = {f"{n}.md": issue(n, NOW, [entry("Ours.", f"https://ours.example/{n}")]) for n in range(2)}
    library = Library.opened(FakeFolder(ours), clock=clock)
    ports = Ports(library, store, RecordingSlack(), clock, watch=FakeWatch(), response_urls=FakeReplies())
    app = build(Settings(), SlackCredentials("xoxb-1", "secret", None), ports)
    with capture_logs(processors=[postponed := Postponed()]) as log:
        async with app.running(), asyncio.timeout(20):
            assert len(library.snapshot.issues) == 2
            await postponed.heard.wait()
            assert not app.health().ok
            with pytest.raises(ForeignArchiveError, match="DATABASE_URL"):
                await app.worker.start()
            assert await store.issues.count() == 1
    assert [line["exc_info"] for line in log if line["event"] == "posting.postponed"] == [False]

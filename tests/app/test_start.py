"""A process answers from memory at once; what needs more than that waits until everything has begun."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App, Ports, build
from bot.domain.bookmark import member_of
from bot.domain.newsletter import UNNAMED
from bot.domain.workspace import workspace_id
from bot.runtime.settings import Settings, SlackCredentials
from bot.slack.cards.save_button import token
from bot.source.library import Library
from bot.store.errors import StoreError
from bot.store.issues import Issues
from bot.store.store import Store
from tests.fakes.folder import FakeFolder
from tests.fakes.requests import FORM, ask, encoded, signed
from tests.fakes.talk import FakeReplies, FakeSlack
from tests.fakes.timers import FakeTimers
from tests.fakes.watch import FakeWatch
from tests.fakes.whole import SECRET, entry, issue

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
ISSUE = issue(1, NOW - timedelta(days=7), [entry("Of meshes.", "https://mesh.example/")])
MEMBER = member_of(workspace_id("T1", None), "U1")
PERSON = {"team_id": "T1", "channel_id": "C1", "user_id": "U1", "response_url": "https://slack.example/1"}


class HeldIssues(Issues):
    """A register that takes its time, until `release`."""

    def __init__(self, store: Store, fault: StoreError | None = None) -> None:
        """Register in `store`, or raise the `fault`."""
        super().__init__(store.database, UNNAMED)
        self.release, self._fault = asyncio.Event(), fault

    async def register(self, *given: Any, **named: Any) -> Any:
        """Wait, and register."""
        await self.release.wait()
        if self._fault:
            raise self._fault
        return await super().register(*given, **named)


def app_of(store: Store, files: dict[str, str]) -> App:
    """Return an app without a network or disk; it knows already who it is in Slack."""
    library = Library.opened(FakeFolder(files))
    slack, replies = FakeSlack(), FakeReplies()
    ports = Ports(library, store, slack, watch=FakeWatch(), response_urls=replies, timers=FakeTimers())
    return build(Settings(), SlackCredentials("xoxb-1", SECRET, None), ports)


@asynccontextmanager
async def serving(app: App) -> AsyncIterator[Any]:
    """Serve the app at once, without posting."""
    asgi = app.asgi(post=False, at_once=True)
    async with asyncio.timeout(20), asgi.router.lifespan_context(asgi):
        yield asgi


async def types(asgi: Any, typed: str) -> tuple[int, bytes]:
    """Type a command."""
    return await ask(
        asgi, signed(encoded(FORM, {"command": "/weekly", "text": typed, "trigger_id": "1", **PERSON}), FORM)
    )


async def presses(asgi: Any, button: str) -> tuple[int, bytes]:
    """Press a Save button with this value."""
    action = {"type": "button", "action_id": "save", "block_id": "b", "value": button, "action_ts": "1.000003"}
    place = {"channel": {"id": "C1"}, "container": {"type": "message", "message_ts": "1.2", "channel_id": "C1"}}
    person = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}, "trigger_id": "1.2"}
    payload = {"type": "block_actions", **person, **place, "actions": [action], "response_url": PERSON["response_url"]}
    return await ask(asgi, signed(encoded(FORM, {"payload": payload}), FORM))


def _button(files: dict[str, str]) -> str:
    """Return the value of the Save button of the only entry."""
    found = Library.opened(FakeFolder(files)).snapshot.issues[0]
    about = token(found.slug, found.sections[-1].entries[0])
    assert about is not None
    return about.as_value()


async def test_a_topic_is_answered_while_the_archive_is_registered(tmp_path: Path) -> None:
    """The rest waits: a link is saved under the identity that its issue had before its file was renamed."""
    database, new = f"sqlite:///{tmp_path}/bot.db", {"b.md": ISSUE}
    async with serving(app_of(Store.open(database, upgrading=True), {"a.md": ISSUE})) as asgi:
        await presses(asgi, "none")  # waits until the issue is registered
    store = Store.open(database)
    store.issues = held = HeldIssues(store)
    app = app_of(store, new)
    async with serving(app) as asgi:
        assert app.ready
        assert b"mesh.example" in (await types(asgi, "meshes"))[1]
        pressing = asyncio.create_task(presses(asgi, _button(new)))
        assert (await types(asgi, "saved"))[0] == 200
        done, _ = await asyncio.wait([pressing], timeout=0)
        assert not done
        held.release.set()
        assert (await pressing)[0] == 200
        (bookmark,) = await store.bookmarks.all(MEMBER)
        assert bookmark.link.issue == "a"


async def test_a_command_that_needs_the_database_is_answered_once_all_has_begun(tmp_path: Path) -> None:
    """It is acknowledged before."""
    store = Store.open(f"sqlite:///{tmp_path}/bot.db", upgrading=True)
    store.issues = held = HeldIssues(store)
    app = app_of(store, {"a.md": ISSUE})
    async with serving(app) as asgi:
        assert await types(asgi, "saved") == (200, b"")
        answers = app._services.response_urls
        assert isinstance(answers, FakeReplies)
        assert answers.sent == []
        held.release.set()
        assert await app._services.background.drain(20)
        assert "You have saved nothing yet" in str(answers.sent)


async def test_an_archive_without_issues_is_not_answered_from_before_it_is_registered(tmp_path: Path) -> None:
    """Only the register tells that they were lost."""
    database = f"sqlite:///{tmp_path}/bot.db"
    async with serving(app_of(Store.open(database, upgrading=True), {"a.md": ISSUE})) as asgi:
        await presses(asgi, "none")
    async with serving(app_of(Store.open(database), {})) as asgi:
        assert b"Nothing is lost" in (await types(asgi, "meshes"))[1]


async def test_what_keeps_a_process_from_beginning_is_told_and_ends_it(tmp_path: Path) -> None:
    """What waits for it gets an apology, and no link is saved."""
    store = Store.open(f"sqlite:///{tmp_path}/bot.db", upgrading=True)
    store.issues = held = HeldIssues(store, StoreError("write", "the disk is full"))
    app = app_of(store, {"a.md": ISSUE})
    async with serving(app) as asgi:
        pressing = asyncio.create_task(presses(asgi, _button({"a.md": ISSUE})))
        held.release.set()
        await app.start.failed.wait()
        assert "the disk is full" in str(app.start.fault)
        await pressing
        assert await store.bookmarks.all(MEMBER) == ()
    await store.close()


async def test_a_stop_in_the_midst_of_a_start_ends_it(tmp_path: Path) -> None:
    """What was waiting is answered first, and everything is closed."""
    store = Store.open(f"sqlite:///{tmp_path}/bot.db", upgrading=True)
    store.issues = held = HeldIssues(store)
    app = app_of(store, {"a.md": ISSUE})
    async with serving(app) as asgi:
        await types(asgi, "saved")
        asyncio.get_running_loop().call_soon(held.release.set)
    answers, slack = app._services.response_urls, app.ports.slack
    assert isinstance(answers, FakeReplies)
    assert isinstance(slack, FakeSlack)
    assert len(answers.sent) == 1
    assert slack.is_closed

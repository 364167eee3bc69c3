"""The environment: a stand-in workspace with the real app in it, for the page and for tests.

What runs is the app itself: its listeners behind HTTP on loopback with signed requests, its delivery on a SQLite file,
its watch over a working copy of the archive. Only Slack is a stand-in, and the clock can be put forward.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from archive.document import SUFFIXES
from archive.folder import DiskFolder
from archive.search.index import Index
from bot.app import App, Ports, build
from bot.domain import delivery_policy
from bot.domain.newsletter import Newsletter
from bot.domain.publication import released
from bot.runtime.clock import SystemClock
from bot.runtime.http import PATH
from bot.runtime.settings import Settings, SlackCredentials
from bot.slack.api.client import WebSlack
from bot.source.finding import find_newsletters
from bot.source.incoming import Incoming
from bot.source.library import Current, Library
from bot.source.several import SeveralLibrary, part_of
from bot.source.synonyms import names_in
from bot.store.store import Store
from playground.demo.held_back import ArchiveCopy
from playground.demo.shifted import ShiftedClock
from playground.slack.front import front
from playground.slack.people import WorkspaceFixture, workspace_fixture
from playground.slack.server import Server
from playground.slack.site import Site
from playground.slack.workspace import Workspace

CALL_TIMEOUT_SECONDS = 2.5
"""Seconds that a call to the stand-in may take: on loopback it takes a hundredth, and a fault is visible
sooner than with the 15 that Slack itself is given."""
_AGES = timedelta(days=20_000)
"""The demo shows how an issue is posted when it appears, whatever its date."""
DEMO_POLICY = replace(delivery_policy.DEFAULT_POLICY, grace_seconds=2 * CALL_TIMEOUT_SECONDS, window=_AGES)
"""Delivery's own figures, with the grace period for that timeout; an issue of any date is new."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything that runs. `held` is the working copy of the archive; `fixture` returns the people who act."""

    site: Site
    workspace: Workspace
    clock: ShiftedClock
    settings: Settings
    held: ArchiveCopy
    library: Library
    app: App
    fixture: WorkspaceFixture

    async def tick(self) -> None:
        """Run what is due in the app now, without waiting for its timers."""
        await self.library.keep_time()
        await self.library.listeners_idle()
        await self.app.worker.tick(self.clock.now())


@asynccontextmanager
async def environment(
    archive: Path,
    place: Path,
    settings: Settings,
    site: Site,
    workspace: Workspace,
    clock: ShiftedClock | None = None,
    *,
    polling: Callable[[Path], Incoming] | None = None,
) -> AsyncIterator[Environment]:
    """Start the stand-in and the app in the empty folder `place`, and stop both at the end.

    `archive` is only read; its newest issues are held back. `polling` makes what brings new ones into its copy. Of
    `settings` the names of commands, the bookmark's emoji and the synonyms count. Raises FolderError when the archive
    cannot be read.
    """
    clock = clock or ShiftedClock()
    copy, library = await asyncio.to_thread(_read, archive, place, settings, clock)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(Server(site, clock))
        here = settings.model_copy(
            update={
                "archive": copy.folder,
                "database_url": f"sqlite:///{place / 'demo.db'}",
                "slack_api_url": server.api_url,
            }
        )
        secret = secrets.token_hex(16)
        store = await asyncio.to_thread(Store.open, here.database_url, upgrading=True)
        slack = WebSlack(workspace.token, base_url=server.api_url, timeout=CALL_TIMEOUT_SECONDS)
        app = build(
            here,
            SlackCredentials(workspace.token, secret, None),
            Ports(
                library,
                store,
                slack,
                clock,
                DEMO_POLICY,
                polling=polling(copy.folder) if polling else None,
            ),
        )
        url = await stack.enter_async_context(front(app.asgi()))
        played = await stack.enter_async_context(workspace_fixture(server, workspace, url + PATH, secret))
        played.sender.clock = SystemClock()  # see Shifted
        yield Environment(site, workspace, clock, here, copy, library, app, played)


def _read(archive: Path, place: Path, settings: Settings, clock: ShiftedClock) -> tuple[ArchiveCopy, Library]:
    """Copy and read the archive, each file once."""
    found, names = find_newsletters(archive, settings.own_zone()), names_in(settings.synonyms)
    newsletters = found.newsletters if found.several else ()
    copy = ArchiveCopy.copied(archive, place, clock.now(), newsletters=newsletters)
    if newsletters:
        parts = [_part(each, copy, clock) for each in newsletters]
        return copy, SeveralLibrary(copy.folder, parts, clock, names)
    snapshot = released(copy.parts[""], clock.now())
    index = Index.of(snapshot.issues, names)
    return copy, Library(DiskFolder(copy.folder, SUFFIXES), Current(snapshot, index), clock)


def _part(newsletter: Newsletter, copy: ArchiveCopy, clock: ShiftedClock) -> Library:
    """Return the library of one of several newsletters, over its folder of the copy."""
    own = replace(newsletter, folder=copy.folder / newsletter.slug)
    return part_of(own, copy.parts[newsletter.slug], clock)

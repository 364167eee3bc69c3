"""The whole bot for end-to-end tests: the real app behind signed HTTP, on a real database, in a stand-in workspace.

Only Slack is a stand-in, and its limit of one message a second is off, as delivery has tests of its own. Everything
that the bot shows is checked against Slack's limits (`Whole.faults`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from bot.app import App, Ports, build
from bot.domain.delivery_policy import DeliveryPolicy
from bot.runtime.settings import Settings, SlackCredentials
from bot.slack.api.client import WebSlack
from bot.source.finding import find_newsletters
from bot.source.incoming import Incoming
from bot.source.several import open_library
from bot.store.store import Store
from playground.demo.shifted import ShiftedClock
from playground.slack.channel import Channel, ChannelKind, ChannelMessage
from playground.slack.front import front
from playground.slack.limits import problems
from playground.slack.pace import Pace
from playground.slack.people import Person, WorkspaceFixture, readable, workspace_fixture
from playground.slack.server import Server
from playground.slack.site import Site
from playground.slack.workspace import View, VisibleChange, Workspace

Found = TypeVar("Found")
SECRET = "a secret of the tests"
WAIT_SECONDS = 15.0
"""Seconds within which anything has surely happened."""
_RULES = DeliveryPolicy(
    seconds_per_message=0.0, messages_per_second=10_000.0, tick_seconds=0.2, window=timedelta(days=20_000)
)
_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_OLD = datetime(2019, 1, 6, 9, tzinfo=UTC)


class Unlimited(Pace):
    """A workspace without a rate limit."""

    def post_in(self, channel: str, now: float) -> int:
        """Allow the post at once."""
        del channel, now
        return 0


@dataclass(frozen=True, slots=True)
class Posted:
    """A posted digest: the parent, and its replies in order."""

    parent: ChannelMessage
    replies: Sequence[ChannelMessage]


def entry(words: str, url: str) -> str:
    """Return an entry: a sentence and a link."""
    return f"{words}\n<br>[{url}]({url})\n"


def tales(site: str, *words: str) -> list[str]:
    """Return an entry for each word: "All about WORD." with the link https://SITE.example/WORD."""
    return [entry(f"All about {word}.", f"https://{site}.example/{word}") for word in words]


def issue(number: int, published: datetime, entries: Sequence[str], heading: str = "News") -> str:
    """Return an issue as a file: all entries in one section."""
    head = f"---\ntitle: The Quiet Pager {number}\ndate: {published.isoformat()}\n---\n\n{heading}\n====\n\n"
    return head + "\n\n".join(entries)


@dataclass
class Whole:
    """The running bot, and a workspace around it that can be given people."""

    fixture: WorkspaceFixture
    workspace: Workspace
    archive: Path
    app: App
    clock: ShiftedClock
    """The bot's clock, which can be stepped forward. Slack's own is the machine's."""
    database: str = ""
    """The URL of its database."""
    faults: list[str] = field(default_factory=list)
    """The messages that broke a limit of Slack's."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Check everything that is shown."""
        self.workspace.watchers.append(self._check)

    def person(self, name: str = "") -> Person:
        """Return a new person."""
        return self.fixture.person(self.workspace.add_user(name or f"person-{next(self._numbers)}", "Europe/London"))

    def channel(self, *people: Person, bot: bool = True, kind: ChannelKind = "public") -> Channel:
        """Create a channel with these people in it."""
        name = f"channel-{next(self._numbers)}"
        return self.workspace.add_channel(name, [one.user for one in people], kind=kind, bot=bot)

    async def publish(self, *entries: str, published: datetime | None = None, newsletter: str = "") -> int:
        """Publish an issue of these entries, newer than those before unless `published` is given; return its number.

        `newsletter` is the slug of the one whose it is, where there are several.
        """
        number = next(self._numbers)
        when = published or _START + timedelta(hours=number)
        name = f"{f'{newsletter}/' if newsletter else ''}{when:%Y-%m-%d}-{number}.md"
        (self.archive / name).write_text(issue(number, when, entries), "utf-8")
        await self.app.ports.library.refresh([name])
        await self.app.ports.library.listeners_idle()
        return number

    async def digest(self, you: Person, channel: Channel, *entries: str, layout: str = "thread") -> Posted:
        """Subscribe the channel, publish an issue of `entries`, wait for the whole digest, and unsubscribe."""
        await you.types("/weekly subscribe", channel)
        form = await self.modal(you, "Layout")
        await you.submits(form, {"when": "at-once", "layout": layout})
        await self.modal(you, "Subscribed")
        number = await self.publish(*entries)
        parent = await self.reads(you, channel, f"The Quiet Pager {number}")
        wanted = len(entries) if layout == "thread" else 0
        await self.fixture.until(lambda: len(channel.replies(parent.ts)) >= wanted, WAIT_SECONDS)
        await self.unsubscribes(you, channel)
        screen = you.screen
        if screen:
            await you.closes(screen)
        await self.settled()  # the lines about the subscription stand in the channel
        return Posted(parent, channel.replies(parent.ts))

    async def unsubscribes(self, you: Person, channel: Channel) -> None:
        """Unsubscribe the channel, and confirm it."""
        asked = await self.asks(you, channel, "/weekly unsubscribe", "This ends")
        await you.clicks(asked, "Unsubscribe")
        await self.becomes(asked, "No more digests")

    async def until(self, look: Callable[[], Found], what: str) -> Found:
        """Wait until `look` finds something; otherwise raise AssertionError naming `what`."""
        try:
            return await self.fixture.until(look, WAIT_SECONDS)
        except TimeoutError:
            raise AssertionError(what) from None

    async def becomes(self, message: ChannelMessage, *says: str, without: str = "") -> ChannelMessage:
        """Wait until a visible message contains all of `says` and not `without`."""

        def right() -> bool:
            text = readable(message)
            return all(word in text for word in says) and not (without and without in text)

        await self.until(right, f"{says} without {without!r}; it says:\n{readable(message)}")
        return message

    async def member(self, site: str, *words: str) -> tuple[Person, Channel]:
        """Return a new person who saves a link of `site` for each word, in order, and their channel."""
        you = self.person()
        channel = self.channel(you)
        digest = await self.digest(you, channel, *tales(site, *words))
        for reply in digest.replies:
            await you.reacts(reply, "bookmark")
        return you, channel

    async def saved(self, you: Person, channel: Channel, *urls: str) -> ChannelMessage:
        """Check that a person's bookmarks are exactly these links once all is done; return the answer."""
        await self.settled()
        listed = await self.asks(you, channel, "/weekly saved", *(urls or ("You have saved nothing yet",)))
        count = f"You saved {len(urls)} link{'s' * (len(urls) != 1)}*"
        assert not urls or count in readable(listed), readable(listed)
        return listed

    async def asks(self, you: Person, channel: Channel, typed: str, *says: str) -> ChannelMessage:
        """Type a command and wait for an answer that contains all of `says`."""
        before = len(you.sees(channel))
        heard = await you.types(typed, channel)
        assert heard.answer.ok, heard
        return await self.reads(you, channel, *says, after=before)

    async def reads(self, you: Person, channel: Channel, *says: str, after: int = 0) -> ChannelMessage:
        """Wait until a person sees a message that contains all of `says`, the newest first."""

        def look() -> ChannelMessage | None:
            seen = you.sees(channel)[after:]
            return next((one for one in reversed(seen) if all(word in readable(one) for word in says)), None)

        try:
            found = await self.fixture.until(look, WAIT_SECONDS)
        except TimeoutError:
            there = "\n---\n".join(readable(one) for one in you.sees(channel)[after:][-3:])
            raise AssertionError(f"nobody said {says}; said was:\n{there}") from None
        assert found is not None
        return found

    async def modal(self, you: Person, *says: str) -> View:
        """Wait for a modal on a person's screen that contains all of `says`."""

        def look() -> View | None:
            view = you.screen
            return view if view and all(word in json.dumps(view.payload) for word in says) else None

        found = await self.until(look, f"no form says {says}; there is another one or none")
        assert found is not None
        return found

    async def home(self, you: Person, *says: str, without: str = "") -> View:
        """Wait until a person's Home tab contains all of `says` and not `without`."""

        def look() -> View | None:
            text = readable(you.home) if you.home else ""
            right = all(word in text for word in says) and not (without and without in text)
            return you.home if you.home and right else None

        try:
            found = await self.fixture.until(look, WAIT_SECONDS)
        except TimeoutError:
            there = readable(you.home) if you.home else "nothing"
            raise AssertionError(f"the Home tab does not say {says} without {without!r}, but:\n{there}") from None
        assert found is not None
        return found

    async def settled(self) -> None:
        """Wait until the bot has finished what it began after an acknowledgement."""
        assert await self.app._services.background.drain(WAIT_SECONDS)

    def _check(self, change: VisibleChange) -> None:
        message, view = change.message, change.view
        if message is not None and message.is_bot and change.what in {"posted", "edited"}:
            self.faults += problems({"text": message.text or "a file", "blocks": message.blocks})
        if view is not None and change.what == "opened":
            payload = {key: value for key, value in view.payload.items() if value != ""}
            self.faults += problems(payload)


@asynccontextmanager
async def whole(
    folder: Path,
    database: str,
    polling: Callable[[Path], Incoming] | None = None,
    newsletters: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Whole]:
    """Run the bot in the empty `folder` and on the empty `database` (its address), with one old issue in the archive.

    At the first look every issue is known, not new: without the old one, a test's first issue would not be posted.
    `newsletters` are the names of several, by slug: then each has a folder with such an issue.
    """
    site = Site()
    # On a busy machine three seconds pass before a task gets a turn; that limit is tested elsewhere.
    workspace = site.add(Workspace("T0WHOLE", pace=Unlimited(), trigger_life=timedelta(minutes=1)))
    archive = folder / "issues"
    archive.mkdir()
    for slug, name in newsletters.items():
        (archive / slug).mkdir()
        (archive / slug / "newsletter.toml").write_text(f'name = "{name}"\n', "utf-8")
    for each in (archive / slug for slug in newsletters or [""]):
        (each / "2019-01-06-0.md").write_text(issue(0, _OLD, tales("old", f"beginnings of {each.name}")), "utf-8")
    clock = ShiftedClock()
    async with Server(site) as server:
        store = await asyncio.to_thread(Store.open, database, upgrading=True)
        library = open_library(archive, find_newsletters(archive), clock=clock)
        slack = WebSlack(workspace.token, base_url=server.api_url)
        settings = Settings.read(slack_api_url=server.api_url)
        ports = Ports(library, store, slack, clock, _RULES, polling=polling(archive) if polling else None)
        app = build(settings, SlackCredentials(workspace.token, SECRET, None), ports)
        async with (
            front(app.asgi()) as url,
            workspace_fixture(
                server, workspace, f"{url}/slack/events", SECRET, wait=_at_once, answer_seconds=WAIT_SECONDS
            ) as fixture,
        ):
            yield Whole(fixture, workspace, archive, app, clock, database)


async def _at_once(_seconds: float) -> None:
    """Resend a failed event without a pause."""
    await asyncio.sleep(0)

"""The workspace as the page's people see it, pushed to them as it changes, with the app once it has started.

It exists before the app does: the page can be looked at while the archive is read, and actions wait until then.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from playground.demo.page import as_json
from playground.demo.page.calls import Calls
from playground.demo.page.feed import Feed
from playground.demo.page.fixtures import Fixtures
from playground.demo.page.pages import PageRequest, page, unread
from playground.demo.page.problem import PageError
from playground.demo.shifted import ShiftedClock
from playground.slack.channel import Channel, ChannelMessage, micros
from playground.slack.files import SlackFile
from playground.slack.workspace import User, View, VisibleChange

if TYPE_CHECKING:  # the app is imported while the page is already served
    from playground.demo.environment import Environment


class Room:
    """What the page shows. Make it inside the event loop."""

    def __init__(self, fixtures: Fixtures, clock: ShiftedClock, bot: str = as_json.BOT) -> None:
        """Start without the app, pushing changes from now on; `bot` is the bot's name."""
        self.site, self.workspace, self.people = fixtures.site, fixtures.workspace, fixtures.people
        self.home = fixtures.home
        self.clock = clock
        self.bot = bot
        self.feed = Feed(secrets.token_hex(3))
        self.calls = Calls(self.workspace, lambda call: self.feed.tell({"type": "call", "call": call}))
        self.problem = ""
        self._environment: asyncio.Future[Environment] = asyncio.get_running_loop().create_future()
        self._seen: dict[tuple[str, str], int] = {}
        self._open: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._see_all()
        self.workspace.watchers.append(self._changed)
        self.site.watchers.append(self.calls.to_slack)

    # -- the app -------------------------------------------------------------------------------------------------------

    @property
    def here(self) -> Environment | None:
        """Return the environment; None until it is there."""
        there = self._environment.done() and not self._environment.cancelled() and self._environment.exception() is None
        return self._environment.result() if there else None

    async def environment(self) -> Environment:
        """Return the environment once it is there. Raise the error that prevented it."""
        return await asyncio.shield(self._environment)

    def enter(self, environment: Environment) -> None:
        """Set the environment with the app, and tell the page."""
        environment.fixture.sender.watchers.append(lambda carried: self.calls.to_bot(carried, self.clock.now()))
        self._environment.set_result(environment)
        self.feed.tell({"type": "ready"})

    def fail(self, cause: Exception) -> None:
        """Tell the page why there will be no app."""
        self.problem = str(cause)
        self._environment.set_exception(cause)
        self._environment.exception()  # waiting callers get the error; without this, asyncio warns if there are none
        self.feed.tell({"type": "problem", "problem": self.problem})

    # -- who and what --------------------------------------------------------------------------------------------------

    def person(self, asked: str) -> User:
        """Return one of the people ("": the first). Raises PageError."""
        if not asked:
            return self.people[0]
        found = next((person for person in self.people if person.id == asked), None)
        if found is None:
            raise PageError("nobody here has that id; ask for /page/state without `as` to see who is here", 404)
        return found

    def channels(self, person: User) -> list[Channel]:
        """Return the channels that a person is in, those by name before the conversations with the bot."""
        own = [channel for channel in self.workspace.channels.values() if person.id in channel.members]
        return sorted(own, key=lambda channel: channel.kind == "im")

    def channel(self, person: User, asked: str) -> Channel:
        """Return a channel that a person is in. Raises PageError."""
        found = self.workspace.channels.get(asked)
        if found is None or person.id not in found.members:
            raise PageError("there is no such channel for this person", 404)
        return found

    def message(self, person: User, channel: Channel, ts: str) -> ChannelMessage:
        """Return a message that a person can see. Raises PageError."""
        found = channel.find(ts) or next(
            (own for own in channel.ephemeral if own.ts == ts and own.ephemeral_to == person.id and not own.deleted),
            None,
        )
        if found is None:
            raise PageError("that message is not there any more", 404)
        return found

    def view(self, person: User, asked: str) -> View:
        """Return an open modal or the Home tab of a person. Raises PageError."""
        own = self.workspace.homes.get(person.id)
        if own is not None and own.id == asked:
            return own
        found = self.workspace.views.get(asked)
        if found is None or found.user != person.id:
            raise PageError("that window is closed already", 404)
        return found

    def file(self, key: str) -> SlackFile:
        """Return a file by the key in its address, known only to those who can see it. Raises PageError."""
        found = next((self.workspace.files.get(name) for name, known in self._keys.items() if known == key), None)
        if found is None or found.content is None:
            raise PageError("there is no such file", 404)
        return found

    def named(self, text: str) -> str:
        """Return a typed text with each "@name" of somebody here as the mention that Slack makes of it."""
        names = {as_json.called(one): one.id for one in self.people}
        bot = self.workspace.bot
        names |= {self.bot: bot.id, bot.name: bot.id}
        for name in sorted(names, key=len, reverse=True):
            text = re.sub(rf"(?<![\w@])@{re.escape(name)}(?!\w)", f"<@{names[name]}>", text, flags=re.IGNORECASE)
        return text

    # -- what people see -----------------------------------------------------------------------------------------------

    def page(self, person: User, channel: Channel, asked: PageRequest) -> dict[str, Any]:
        """Return messages (see the package's docstring)."""
        found, more = page(channel, person.id, asked)
        return {"messages": [self.shown(one) for one in found], "more": more}

    def shown(self, message: ChannelMessage) -> dict[str, Any]:
        """Describe a message."""
        return as_json.message(self.workspace, message, self.bot, self._link)

    def listed(self, person: User, channel: Channel) -> dict[str, Any]:
        """Describe a channel as it stands in a person's list."""
        count = unread(channel, person.id, self._seen.get((person.id, channel.id), 0))
        return as_json.channel(self.workspace, channel, person.id, count)

    def modals(self, person: User) -> list[dict[str, Any]]:
        """Describe the open modals, the topmost last."""
        return [as_json.view(view) for view in self.workspace.modals(person.id)]

    def read(self, person: User, channel: Channel, ts: str) -> None:
        """Record that a person has seen a channel up to `ts`."""
        at, key = micros(ts) or 0, (person.id, channel.id)
        if at <= self._seen.get(key, 0):
            return
        self._seen[key] = at
        shown = self.listed(person, channel)
        self._tell(
            {"type": "unread", "channel": channel.id, "unread": shown["unread"], "last": shown["last"]}, person.id
        )

    def relist(self, channel: Channel) -> None:
        """Tell everybody in a channel that it changed."""
        for person in self.people:
            if person.id in channel.members:
                self._tell({"type": "channel", "channel": self.listed(person, channel)}, person.id)

    # -- what changes --------------------------------------------------------------------------------------------------

    def _changed(self, change: VisibleChange) -> None:
        if change.message is not None:
            self._message_changed(change.what, change.message)
        elif change.what == "closed":
            self._closed()
        elif change.view is not None:
            kind = "home" if change.view.is_home else "modal"
            if kind == "modal":
                self._open[change.view.id] = change.view.user
            self._tell({"type": kind, "view": as_json.view(change.view)}, change.view.user)

    def _message_changed(self, what: str, message: ChannelMessage) -> None:
        channel = self.workspace.channels[message.channel]
        to = frozenset({message.ephemeral_to} if message.ephemeral_to else channel.members)
        if what == "deleted":
            gone = {"channel": channel.id, "ts": message.ts, "thread_ts": message.thread_ts}
            self.feed.tell({"type": "deleted", **gone}, to)
        else:
            if what == "posted":
                self._seen[message.user, channel.id] = micros(message.ts) or 0
            self.feed.tell({"type": what, "message": self.shown(message)}, to)
        if what in {"posted", "deleted"} and message.thread_ts is not None and message.ephemeral_to is None:
            below = as_json.thread(channel, message.thread_ts)
            self.feed.tell({"type": "thread", "channel": channel.id, "ts": message.thread_ts, "thread": below}, to)

    def _closed(self) -> None:
        """Push every modal that is no longer open: a form's answer may close several at once."""
        for name, user in tuple(self._open.items()):
            if name not in self.workspace.views:
                del self._open[name]
                self._tell({"type": "modal_closed", "id": name}, user)

    def _tell(self, what: Mapping[str, Any], person: str) -> None:
        self.feed.tell(what, frozenset({person}))

    def _see_all(self) -> None:
        """Begin with everything seen."""
        for channel in self.workspace.channels.values():
            last = channel.top.last()
            for person in self.people if last else ():
                self._seen[person.id, channel.id] = micros(last.ts) or 0 if last else 0

    def _link(self, file: SlackFile) -> str:
        """Return a file's address: it holds a key that cannot be guessed."""
        return f"/page/file?key={self._keys.setdefault(file.id, secrets.token_urlsafe(12))}"

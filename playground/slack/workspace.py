"""The stand-in workspace: channels, people, messages, views. State only; the time is always given.

Nothing here knows HTTP: `playground.slack.site` takes a call to one of these, `playground.slack.server` a request to
that. So a simulation runs years of it in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal, TypeAlias, TypeVar
from urllib.parse import quote

from playground.slack.channel import Channel, ChannelKind, ChannelMessage
from playground.slack.files import SlackFile
from playground.slack.pace import Pace

REQUIRED = frozenset({"commands", "chat:write", "reactions:read"})
OPTIONAL = frozenset({
    "users:read", "channels:history", "groups:history", "files:write", "files:read", "app_mentions:read", "im:history",
})  # fmt: skip
"""What the shipped manifest asks for: all of `REQUIRED`; the person who installs it may decline any of `OPTIONAL`."""
SCOPES = REQUIRED | OPTIONAL
EVENTS = frozenset({"app_home_opened", "app_mention", "message.im", "reaction_added", "reaction_removed"})
"""What the shipped manifest subscribes to."""


Draft: TypeAlias = dict[tuple[str, str], Any]
"""What a person set, ticked or typed, by (block_id, action_id), as `slack.forms` writes an element's state."""


@dataclass(frozen=True, slots=True)
class User:
    """A member of the workspace; `zone` is an IANA name, and `deleted` says that the account was deactivated."""

    id: str
    name: str
    zone: str = "Etc/UTC"
    is_bot: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What the app offers on a message ("message") or everywhere ("global"); it hears of `callback` when it is used."""

    name: str
    callback: str
    kind: Literal["message", "global"] = "message"


TRIGGER_LIFE = timedelta(seconds=3)
"""How long a trigger_id lasts (Slack: surfaces/modals)."""
RESPONSE_URL_LIFE = timedelta(minutes=30)
"""How long a response URL lasts (Slack: interactivity/handling-user-interaction)."""
VIEW_STACK_MAX = 3
"""Modals that one person has open at a time (Slack: surfaces/modals)."""
SHORTCUTS = (
    Shortcut("Save links", "save_links"),
    Shortcut("Find related", "find_related"),
    Shortcut("Search the archive", "search_archive", "global"),
)
"""Those of the shipped manifest."""
PROMPTS = (
    ("What is new", "what is in the latest issue?"),
    ("Find a tool", "which tool scans terraform for mistakes?"),
    ("Look back", "how often was kubernetes mentioned?"),
    ("What I saved", "what did I save?"),
)
"""What the Messages tab of the shipped manifest suggests: a title, and the message that it sends."""


@dataclass(slots=True)
class View:
    """A modal or Home tab on somebody's screen. `hash` changes with every update."""

    id: str
    user: str
    payload: dict[str, Any]
    hash: str
    open: bool = True
    root: str = ""

    @property
    def is_home(self) -> bool:
        """Tell a Home tab from a modal."""
        return self.payload.get("type") == "home"

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Return what it shows, as `ChannelMessage.blocks` does."""
        return list(self.payload.get("blocks", ()))


@dataclass(slots=True)
class Trigger:
    """A trigger_id: it opens one view, within `Workspace.trigger_life`."""

    user: str
    at: datetime
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """A response URL: it answers one person in a channel, five times within `RESPONSE_URL_LIFE`."""

    channel: str
    user: str
    at: datetime
    original: ChannelMessage | None = None
    uses: int = 0


@dataclass(frozen=True, slots=True)
class VisibleChange:
    """A change that people can see."""

    what: Literal["posted", "edited", "deleted", "reacted", "opened", "closed"]
    message: ChannelMessage | None = None
    view: View | None = None


@dataclass(slots=True)
class Workspace:
    """One team's Slack. The bot is a member of the channels that it was invited to."""

    team: str
    domain: str = "example"
    token: str = "xoxb-stand-in"  # noqa: S105 - opens nothing but this stand-in
    app_token: str = "xapp-stand-in"  # noqa: S105 - as above
    enterprise: str | None = None
    app: str = "A0STANDIN"
    bot: User = field(default_factory=lambda: User("U0BACKISSUE", "backissue", is_bot=True))
    scopes: frozenset[str] = SCOPES
    events: frozenset[str] = EVENTS
    """What the app subscribed to."""
    shortcuts: tuple[Shortcut, ...] = SHORTCUTS
    prompts: tuple[tuple[str, str], ...] = PROMPTS
    home_tab: bool = True
    """Whether the app's Home tab is switched on (Slack: surfaces/app-home)."""
    trigger_life: timedelta = TRIGGER_LIFE
    revoked: str | None = None
    """Slack's word for why no call works any more (token_revoked, account_inactive), or None."""
    tombstones: bool = False
    """Whether a deleted message that has replies leaves a tombstone, and its thread. Slack does either."""
    pace: Pace = field(default_factory=Pace)
    channels: dict[str, Channel] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    """The open modals by id, in the order in which they were opened."""
    homes: dict[str, View] = field(default_factory=dict)
    """The Home tab of each person by user id, once it was published."""
    drafts: dict[tuple[str, str], Draft] = field(default_factory=dict)
    """What is set in each view's or message's elements, by (user id, `View.id` or `ChannelMessage.place`)."""
    files: dict[str, SlackFile] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    watchers: list[Callable[[VisibleChange], None]] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Add the bot as a user."""
        self.users[self.bot.id] = self.bot

    @property
    def bot_id(self) -> str:
        """Return the id that the bot's messages carry beside its user's."""
        return f"B{self.bot.id[1:]}"

    def number(self) -> int:
        """Return a number that was not given before."""
        return int(next(self._numbers))

    def changed(self, change: VisibleChange) -> None:
        """Call the watchers."""
        for watcher in tuple(self.watchers):
            watcher(change)

    # -- people and channels -------------------------------------------------------------------------------------------

    def add_user(self, name: str, zone: str = "Etc/UTC") -> User:
        """Add a person."""
        user = User(f"U{self.number():08d}", name, zone)
        self.users[user.id] = user
        return user

    def deactivate(self, user: str) -> None:
        """Deactivate a person's account: users.info then says `deleted` (Slack: reference/objects/user-object)."""
        self.users[user] = replace(self.users[user], deleted=True)

    def add_file(self, address: str, user: User, name: str, content: bytes) -> SlackFile:
        """Add a file that a person uploads; the stand-in is served at `address`."""
        file = SlackFile(f"F{self.number():08d}", name, len(content), user.id, title=name, content=content)
        file.address = f"{address}/files-pri/{self.team}-{file.id}/download/{quote(name, safe='')}"
        self.files[file.id] = file
        return file

    def add_channel(
        self, name: str, members: Iterable[User] = (), *, kind: ChannelKind = "public", bot: bool = True
    ) -> Channel:
        """Make a channel with its members, and the bot if `bot`."""
        everyone = {user.id for user in members} | ({self.bot.id} if bot else set())
        prefix = {"public": "C", "private": "G", "im": "D"}[kind]
        channel = Channel(f"{prefix}{self.number():08d}", name, kind, everyone)
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: str) -> Channel:
        """Return the direct conversation of the bot and `user`, made when it is first needed."""
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        return self.add_channel(user, (self.users[user],), kind="im")

    def hears(self, message: ChannelMessage) -> bool:
        """Return whether the app is told of a person's message: a mention where it is a member, or a direct message.

        It needs the event and its scope.
        """
        channel = self.channels[message.channel]
        if channel.kind == "im":
            return "message.im" in self.events and "im:history" in self.scopes and self.bot.id in channel.members
        mentioned = f"<@{self.bot.id}>" in message.text and self.bot.id in channel.members
        return mentioned and "app_mention" in self.events and "app_mentions:read" in self.scopes

    def channel(self, asked: str) -> Channel | None:
        """Find a channel by id, by name, or by the user whose direct conversation it is."""
        found = self.channels.get(asked)
        if found is None and asked in self.users:
            return self.direct(asked)
        return found or next(
            (one for one in self.channels.values() if one.kind != "im" and one.name == asked.removeprefix("#")), None
        )

    # -- messages ------------------------------------------------------------------------------------------------------

    def post(self, channel: Channel, now: datetime, **fields: Any) -> ChannelMessage:
        """Put a message into a channel; `fields` are those of ChannelMessage. Blocks without an id get one."""
        message = ChannelMessage(channel=channel.id, ts=channel.next_ts(now), **fields)
        message.blocks = self.identified(message.blocks)
        channel.add(message)
        self.changed(VisibleChange("posted", message))
        return message

    def identified(self, blocks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Copy blocks, each with a block_id: Slack makes one up where there is none (reference/block-kit)."""
        return [
            {**block, "block_id": block.get("block_id") or f"b{index}{self.number():x}"}
            for index, block in enumerate(blocks)
        ]

    def edit(
        self, message: ChannelMessage, now: datetime, text: str, blocks: Iterable[Mapping[str, Any]] | None
    ) -> None:
        """Change a message in place: text without blocks removes the blocks, and shows as edited (chat.update)."""
        message.text = text
        message.blocks = self.identified(blocks or ())
        if not blocks:
            message.edited_ts = self.channels[message.channel].next_ts(now)
        self.changed(VisibleChange("edited", message))

    def delete(self, message: ChannelMessage) -> None:
        """Delete a message; with `tombstones`, one that has replies leaves a tombstone and its thread."""
        channel = self.channels[message.channel]
        if self.tombstones and channel.replies(message.ts):
            channel.bury(message)
            self.changed(VisibleChange("edited", message))
            return
        message.deleted = True
        self.changed(VisibleChange("deleted", message))

    # -- modals, and what lets the bot answer --------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """Open a modal. Its person's oldest one closes if `VIEW_STACK_MAX` are open."""
        self.close(*self.modals(view.user)[: -(VIEW_STACK_MAX - 1)])
        self.views[view.id] = view

    def modals(self, user: str) -> list[View]:
        """Return the open modals of `user`, the one in front last."""
        return [view for view in self.views.values() if view.user == user]

    def close(self, *closing: View) -> None:
        """Close modals and forget what was set in them; closing one again does nothing."""
        for view in closing:
            view.open = False
            if self.views.pop(view.id, None) is not None:
                self.drafts.pop((view.user, view.id), None)
                self.changed(VisibleChange("closed", view=view))

    def draft(self, user: str, where: ChannelMessage | View) -> Draft:
        """Return what `user` has set in a message or view so far, to be read and changed in place."""
        return self.drafts.setdefault((user, where.id if isinstance(where, View) else where.place), {})

    def new_trigger(self, user: str, now: datetime) -> str:
        """Return a new trigger_id, and forget those that expired long ago."""
        _forget(self.triggers, now - 2 * self.trigger_life)
        name = f"{self.number()}.{self.team}"
        self.triggers[name] = Trigger(user, now)
        return name

    def new_response_url(self, channel: str, user: str, now: datetime, original: ChannelMessage | None = None) -> str:
        """Return the last part of a new response URL, and forget those that expired long ago."""
        _forget(self.response_urls, now - 2 * RESPONSE_URL_LIFE)
        name = f"{self.team}-{self.number()}"
        self.response_urls[name] = ResponseUrl(channel, user, now, original)
        return name


_Made = TypeVar("_Made", Trigger, ResponseUrl)


def _forget(made: dict[str, _Made], before: datetime) -> None:
    """Remove what was made before a moment; `made` is in the order of time.

    Callers pass twice a life, so that a bot that is a little late is told "expired" and not "unknown".
    """
    while made:
        name, oldest = next(iter(made.items()))
        if oldest.at >= before:
            break
        del made[name]

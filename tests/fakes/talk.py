"""Fakes of what the bot sends on its own: answers after the acknowledgement, and calls of Slack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import ChannelRefusedError, SlackError, TryLaterError, WorkspaceRefusedError
from bot.slack.api.ports import PartMarker, Posted, SlackUser
from bot.slack.api.response_urls import ResponseUrlError
from bot.slack.blocks.message import Message


class FakeReplies:
    """Records every answer."""

    def __init__(self) -> None:
        """Start with none."""
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.refusing = False

    async def send(self, url: str, payload: Mapping[str, Any]) -> None:
        """Record an answer, or refuse it."""
        if self.refusing:
            raise ResponseUrlError("404 used_url")
        self.sent.append((url, dict(payload)))

    async def close(self) -> None:
        """Do nothing."""


class FakeSlack:
    """A fake Slack that opens modals and knows people."""

    def __init__(self) -> None:
        """Know one person, in London."""
        self.views: dict[str, Mapping[str, Any]] = {}
        self.zones = {"U1": "Europe/London"}
        self.broken: Exception | None = None
        self.homes: dict[str, Mapping[str, Any]] = {}
        self.stamp = "1.a"
        self.stuck: SlackError | None = None
        self.late: list[SlackError] = []
        self.posted: list[tuple[str, Message]] = []
        self.elsewhere: set[str] = set()
        self.mute: Exception | None = None
        self.whispered: list[tuple[str, Message]] = []
        self.statuses: list[str] = []
        self.threads: list[str | None] = []
        self.readable: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.reads = 0
        self.told: list[tuple[str, Message]] = []
        self.files_allowed = True
        self.uploaded: tuple[str, bytes] = ("", b"")
        self.shared: list[tuple[str, str, str]] = []
        self.scopes: set[str] = set()
        self.refuses: SlackError | None = None
        self.files: dict[str, bytes | SlackError] = {}
        self.closed: set[str] = set()
        self.own: dict[tuple[str, PartMarker, str | None], Posted] = {}
        self.edited: list[tuple[str, str, Message]] = []
        self.is_closed = False

    async def open_view(self, workspace: WorkspaceId, trigger: str, view: Mapping[str, Any]) -> str:
        """Open a modal."""
        del workspace
        if self.stuck is not None:
            raise self.stuck
        if self.refuses is not None:
            refused, self.refuses = self.refuses, None
            raise refused
        self.views[trigger] = view
        return trigger

    async def update_view(self, workspace: WorkspaceId, view_id: str, view: Mapping[str, Any]) -> None:
        """Replace a view, unless it was closed."""
        if view_id in self.closed:
            raise TryLaterError("views.update", "not_found", workspace=workspace)
        self.views[view_id] = view

    async def publish_home(self, workspace: WorkspaceId, user: str, view: Mapping[str, Any], stamp: str = "") -> None:
        """Publish a view on a person's Home tab, unless it changed meanwhile."""
        del workspace
        if self.stuck is not None:
            raise self.stuck
        if stamp and stamp != self.stamp:
            raise TryLaterError("views.publish", "hash_conflict")
        self.homes[user] = view

    async def direct(self, workspace: WorkspaceId, user: str, message: Message) -> Posted:
        """Post to a person."""
        del workspace
        if self.late:
            raise self.late.pop()
        self.told.append((user, message))
        return Posted(f"D{user}", "1.000001")

    async def upload(self, workspace: WorkspaceId, name: str, content: bytes) -> str:
        """Upload a file, if the scope was granted."""
        if not self.files_allowed:
            raise WorkspaceRefusedError("files.getUploadURLExternal", "missing_scope", workspace=workspace)
        self.uploaded = (name, content)
        return "F1"

    async def grants(self, workspace: WorkspaceId, scope: str) -> bool:
        """Return whether the bot has a scope."""
        del workspace
        return scope in self.scopes

    async def download(self, workspace: WorkspaceId, address: str, most: int) -> bytes:
        """Return the file at a URL, or raise the error that stands there."""
        del workspace
        found = self.files[address]
        if isinstance(found, SlackError):
            raise found
        assert len(found) <= most
        return found

    async def share_file(self, workspace: WorkspaceId, channel: str, file: str, title: str) -> None:
        """Share the file in a conversation."""
        del workspace
        self.shared.append((channel, file, title))

    async def check_channel(self, workspace: WorkspaceId, channel: str) -> None:
        """Refuse a channel that the bot is no member of; raise what it was told to."""
        if self.mute is not None:
            raise self.mute
        if channel in self.elsewhere:
            raise ChannelRefusedError("reactions.get", "not_in_channel", workspace=workspace, channel=channel)

    async def post(
        self,
        workspace: WorkspaceId,
        channel: str,
        message: Message,
        *,
        thread: str | None = None,
        marker: PartMarker | None = None,
        within: float | None = None,
    ) -> Posted:
        """Post a message if the bot is a member."""
        del within
        if channel in self.elsewhere:
            raise ChannelRefusedError("chat.postMessage", "not_in_channel", workspace=workspace, channel=channel)
        self.posted.append((channel, message))
        landed = Posted(channel, f"{len(self.posted)}.000000", thread or "")
        if marker is not None:
            self.own[channel, marker, thread] = landed
        return landed

    def since(self) -> str:
        """Return a ts before every message."""
        return ""

    async def update(self, workspace: WorkspaceId, channel: str, ts: str, message: Message) -> None:
        """Replace a message."""
        del workspace
        self.edited.append((channel, ts, message))

    async def delete(self, workspace: WorkspaceId, channel: str, ts: str) -> None:
        """Delete one of the bot's messages."""
        del workspace
        self.own = {at: posted for at, posted in self.own.items() if (posted.channel, posted.ts) != (channel, ts)}

    async def own_copies(
        self, workspace: WorkspaceId, channel: str, marker: PartMarker, *, oldest: str
    ) -> tuple[str, ...]:
        """Return the ts of the bot's own messages that were put there."""
        del workspace, oldest
        found = self.own.get((channel, marker, None))
        return (found.ts,) if found else ()

    async def find_own(
        self,
        workspace: WorkspaceId,
        channel: str,
        marker: PartMarker,
        *,
        thread: str | None = None,
        oldest: str | None = None,
        other: PartMarker | None = None,
    ) -> Posted | None:
        """Return a message by its marker."""
        del workspace, oldest, other
        return self.own.get((channel, marker, thread))

    async def permalink(self, workspace: WorkspaceId, channel: str, ts: str) -> str:
        """Return a message's URL."""
        del workspace
        return f"https://slack.example/{channel}/{ts}"

    async def check(self, workspace: WorkspaceId) -> None:
        """Accept the token."""

    async def close(self) -> None:
        """Record that it was closed."""
        self.is_closed = True

    async def whisper(
        self, workspace: WorkspaceId, channel: str, user: str, message: Message, *, thread: str | None = None
    ) -> None:
        """Show a message to one person."""
        del workspace, channel
        if self.mute is not None:
            raise self.mute
        self.whispered.append((user, message))
        self.threads.append(thread)

    async def set_status(self, workspace: WorkspaceId, channel: str, thread: str, status: str) -> None:
        """Record what the bot says that it is doing."""
        del workspace, channel, thread
        self.statuses.append(status)

    async def read(self, workspace: WorkspaceId, channel: str, ts: str) -> Mapping[str, Any] | None:
        """Return a message that the bot may read."""
        del workspace
        self.reads += 1
        return self.readable.get((channel, ts))

    async def owns(self, workspace: WorkspaceId, channel: str, ts: str) -> bool | None:
        """Return whether a message that the bot may read is a bot's."""
        said = await self.read(workspace, channel, ts)
        return None if said is None else "bot_id" in said

    async def person(self, workspace: WorkspaceId, user: str) -> SlackUser:
        """Return a person's zone."""
        del workspace
        if self.broken is not None:
            raise self.broken
        return SlackUser(user, self.zones.get(user, ""))

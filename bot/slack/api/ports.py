"""The Slack port, as the rest of the bot sees it.

`bot.slack.api.client.WebSlack` is the real one. Every method raises a `bot.slack.api.errors.SlackError` subclass and
nothing else when Slack refuses or cannot be reached; none of them sends twice by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.domain.workspace import WorkspaceId
from bot.slack.blocks.message import Message

EVENT_TYPE = "backissue_part"
"""The metadata's event type on every message of a digest (Slack: messaging/message-metadata)."""
TOMBSTONE = "tombstone"
"""The subtype of what Slack may leave in the place of a deleted message that has replies."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message was posted: `channel` is the id from Slack's answer, `ts` an opaque string.

    `thread` is the ts of the message below which it stands, "" for one that stands in the channel. `part` is the key of
    a message that was looked for among several, else "".
    """

    channel: str
    ts: str
    thread: str = ""
    part: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class PartMarker:
    """What a message of a digest carries so that it can be found again: the issue's identity and the part's key."""

    issue: str
    part: str

    def metadata(self) -> dict[str, Any]:
        """Return the metadata as Slack takes it. Everyone in the workspace can read it."""
        return {"event_type": EVENT_TYPE, "event_payload": {"issue": self.issue, "part": self.part}}


@dataclass(frozen=True, slots=True)
class SlackUser:
    """What the bot asks about a person: a `zone` (IANA name, "" if not given) and a display `name`.

    `active` is False for a person who was deactivated; a guest sees some of the workspace's channels only.
    """

    id: str
    zone: str = ""
    name: str = ""
    active: bool = True
    is_bot: bool = False
    is_guest: bool = False


class Poster(Protocol):
    """What delivery needs of Slack."""

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
        """Post `message` to `channel` (an id), as a reply to the message `thread` (a ts) if given; nothing unfurls.

        Slack posts a reply whose thread is gone into the channel, and does not refuse it: compare `Posted.thread`.
        The call begins `within` so many seconds, or TryLaterError is raised and it never does.
        """
        ...

    def since(self) -> str:
        """Return a ts, by Slack's clock, that every message posted from now on is later than; "" if unknown."""
        ...

    async def update(self, workspace: WorkspaceId, channel: str, ts: str, message: Message) -> None:
        """Replace the bot's own message `ts`; its metadata stays."""
        ...

    async def delete(self, workspace: WorkspaceId, channel: str, ts: str) -> None:
        """Delete the bot's own message `ts`. Raises ThreadRefusedError (message_not_found) if it is already gone."""
        ...

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
        """Return the bot's own message that carries `marker`, in the thread `thread` or else in the channel.

        With `other`, the newest that carries either; `Posted.part` says which. `oldest` is a ts before which the
        message cannot be. Raises CannotLookError when the history cannot be read far enough to be sure of its absence:
        None means surely absent. Raises ThreadRefusedError where the message that began the thread was deleted and the
        thread does not show the one looked for: it may stand in the channel. The code is `TOMBSTONE` where the thread
        is still there and takes replies.
        """
        ...

    async def own_copies(
        self, workspace: WorkspaceId, channel: str, marker: PartMarker, *, oldest: str
    ) -> tuple[str, ...]:
        """Return the ts of the bot's own channel messages since `oldest` (a ts) that carry `marker`, in one call.

        Only the newest 200 messages of the channel are seen. Raises CannotLookError where the history can't be read.
        """
        ...

    async def permalink(self, workspace: WorkspaceId, channel: str, ts: str) -> str:
        """Return the message's address in Slack."""
        ...

    async def direct(self, workspace: WorkspaceId, user: str, message: Message) -> Posted:
        """Post `message` to the direct conversation with `user`."""
        ...

    async def person(self, workspace: WorkspaceId, user: str) -> SlackUser:
        """Return what Slack tells about a person."""
        ...

    async def check(self, workspace: WorkspaceId) -> None:
        """Return if the workspace still takes the bot's token (Slack: auth.test), else raise WorkspaceRefusedError."""
        ...


class Slack(Poster, Protocol):
    """All that the bot needs of Slack: `WebSlack` in use, a fake in tests."""

    async def whisper(
        self, workspace: WorkspaceId, channel: str, user: str, message: Message, *, thread: str | None = None
    ) -> None:
        """Show an ephemeral message to `user`, in the channel or in the thread `thread` (a ts)."""
        ...

    async def set_status(self, workspace: WorkspaceId, channel: str, thread: str, status: str) -> None:
        """Say what the bot is doing in a thread of its Messages tab, "" for nothing more; a reply takes it away."""
        ...

    async def read(self, workspace: WorkspaceId, channel: str, ts: str) -> Mapping[str, Any] | None:
        """Return a message of anybody's, None where the bot may not read it."""
        ...

    async def owns(self, workspace: WorkspaceId, channel: str, ts: str) -> bool | None:
        """Return whether a message is the bot's own, None if the bot may not read it."""
        ...

    async def open_view(self, workspace: WorkspaceId, trigger: str, view: Mapping[str, Any]) -> str:
        """Open a modal for the person whose `trigger` this is, and return its id."""
        ...

    async def update_view(self, workspace: WorkspaceId, view_id: str, view: Mapping[str, Any]) -> None:
        """Replace an open modal."""
        ...

    async def publish_home(self, workspace: WorkspaceId, user: str, view: Mapping[str, Any], stamp: str = "") -> None:
        """Show `view` on a person's Home tab, if that is still the one of `stamp` ("": whichever it is)."""
        ...

    async def check_channel(self, workspace: WorkspaceId, channel: str) -> None:
        """Raise ChannelRefusedError if the bot is surely not in the channel."""
        ...

    async def grants(self, workspace: WorkspaceId, scope: str) -> bool:
        """Return whether the bot has a scope."""
        ...

    async def upload(self, workspace: WorkspaceId, name: str, content: bytes) -> str:
        """Upload a file that nobody sees yet, and return its id."""
        ...

    async def share_file(self, workspace: WorkspaceId, channel: str, file: str, title: str) -> None:
        """Show an uploaded file in a conversation."""
        ...

    async def download(self, workspace: WorkspaceId, address: str, most: int) -> bytes:
        """Return the content of a person's file, of at most `most` bytes."""
        ...

    async def close(self) -> None:
        """Close the connections; nothing is called after that."""
        ...

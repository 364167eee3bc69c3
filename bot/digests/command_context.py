"""Where a command or a click came from."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.workspace import WorkspaceId


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Where a command came from: the workspace, the channel, and the user.

    `newsletter` is the slug of the one whose subscription is meant, "" for that to all newsletters, None where none was
    named.
    """

    workspace: WorkspaceId
    channel: str
    user: str
    newsletter: str | None = None

    @property
    def is_direct(self) -> bool:
        """Return whether it is a direct conversation (Slack: reference/objects/conversation-object)."""
        return self.channel.startswith("D")

"""A thread in which somebody asks the bot."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.workspace import WorkspaceId

KEPT_HOURS = 24
"""What was asked and shown in a thread is forgotten so long after its last turn."""


@dataclass(frozen=True, slots=True)
class AskThread:
    """One person's thread: the `workspace`, the `channel`, the ts that began the `thread`, and the `user`."""

    workspace: WorkspaceId
    channel: str
    thread: str
    user: str

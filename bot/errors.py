"""The bot's branch of the one tree of errors; its root and the archive's branch are in `archive.errors`."""

from __future__ import annotations

from archive.errors import BackIssueError


class BotError(BackIssueError):
    """The bot could not do what was asked."""


class SettingsError(BotError):
    """A setting is missing or wrong."""

    def __init__(self, name: str, reason: str) -> None:
        """Keep `name` (the environment variable) and `reason` (what is wrong and what to do)."""
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason

"""Files in the stand-in workspace (Slack: messaging/working-with-files)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class File:
    """A file of `length` bytes: announced, then uploaded (`content`), then shared into a conversation."""

    id: str
    name: str
    length: int
    user: str
    title: str = ""
    content: bytes | None = None
    shared: bool = False

    @property
    def text(self) -> str:
        """Give the content as text."""
        return (self.content or b"").decode()

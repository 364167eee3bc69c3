"""Files in the stand-in workspace (Slack: messaging/working-with-files)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

CHOSEN_FILE_MAX_BYTES = 10_000_000
"""Bytes of a file chosen in a form (Slack: reference/block-kit/block-elements/file-input-element)."""


@dataclass(slots=True)
class SlackFile:
    """A file of `length` bytes: announced, then uploaded (`content`), then shared into a conversation.

    One that a person chose in a form has its content from the start. `address` is where the bot may fetch it, with its
    token.
    """

    id: str
    name: str
    length: int
    user: str
    title: str = ""
    content: bytes | None = None
    shared: bool = False
    address: str = ""

    @property
    def text(self) -> str:
        """Return the content as text."""
        return (self.content or b"").decode()


def ending(name: str) -> str:
    """Return a file name's extension in lower case; "" if it has none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def refused(element: Mapping[str, Any], name: str, length: int) -> str:
    """Return why a form's field refuses a file (its kind or size), "" if it does not."""
    kinds = [str(one).lower() for one in element.get("filetypes") or ()]
    if kinds and ending(name) not in kinds:
        return f"choose a file of the kind {' or '.join(kinds)}"
    return "that file is too large: at most 10 MB" if length > CHOSEN_FILE_MAX_BYTES else ""


def described(file: SlackFile, team: str, at: datetime) -> dict[str, Any]:
    """Write a file as a form's payload carries it (Slack: reference/objects/file-object)."""
    seconds = int(at.timestamp())
    return {
        "id": file.id,
        "created": seconds,
        "timestamp": seconds,
        "name": file.name,
        "title": file.title,
        "mimetype": "text/html" if ending(file.name) == "html" else "application/octet-stream",
        "filetype": ending(file.name),
        "user": file.user,
        "user_team": team,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "url_private": file.address,
        "url_private_download": file.address,
    }

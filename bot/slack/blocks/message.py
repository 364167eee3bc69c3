"""A message, as renderers make it and the Slack client sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Block: TypeAlias = Mapping[str, Any]
"""One Block Kit block, as JSON would hold it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as Slack takes it: `text` for phones and screen readers, `blocks` for everybody else."""

    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a digest.

    `key` names the part within its digest: "parent" for the channel message, "entry-1f3a9c02" (from the entry's first
    link, or its text) for an entry's reply, "page-2" for what did not fit in layout full. It stays the same when other
    entries come, go or move. `entries` are the positions (within the issue) of the entries the message shows, in the
    order in which it shows them; `numbered` says whether it shows their numbers (`bot.domain.entry_numbers`) as well.
    """

    key: str
    message: Message
    entries: tuple[int, ...] = ()
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """An issue as it is posted: `parent` goes into the channel, `replies` into its thread, in order."""

    issue: str
    parent: Part
    replies: tuple[Part, ...] = ()

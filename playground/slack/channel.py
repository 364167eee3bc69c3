"""A channel of the stand-in workspace and the messages in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from playground.slack.files import SlackFile

ChannelKind = Literal["public", "private", "im"]
BURIED = "This message was deleted."
"""The text of a tombstone."""


def micros(ts: str) -> int | None:
    """Return a ts ("1355517523.000005") in microseconds; None if it is invalid. A float would lose digits."""
    whole, _, part = ts.partition(".")
    if not (whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit()))):
        return None
    return int(whole) * 1_000_000 + int(part[:6].ljust(6, "0"))


def stamp(at: int) -> str:
    """Write microseconds as a ts."""
    return f"{at // 1_000_000}.{at % 1_000_000:06d}"


def moment(now: datetime) -> int:
    """Return `now` in microseconds since 1970."""
    return round(now.timestamp() * 1_000_000)


@dataclass(slots=True)
class ChannelMessage:
    """A message as people see it. `ephemeral_to` is the one user who sees it, or None when all do."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    is_bot: bool = False
    metadata: Mapping[str, Any] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited_ts: str | None = None
    ephemeral_to: str | None = None
    broadcast: bool = False
    deleted: bool = False
    tombstone: bool = False
    """A tombstone: deleted, but the thread below it still exists and takes replies."""
    files: list[SlackFile] = field(default_factory=list)
    unfurl: tuple[Any, Any] = (None, None)
    """The two unfurl flags as they were sent: links, media."""

    @property
    def place(self) -> str:
        """Return the message's place in its workspace."""
        return f"{self.channel}/{self.ts}"

    @property
    def is_reply(self) -> bool:
        """Return whether the message stands in a thread below its parent."""
        return self.thread_ts is not None and self.thread_ts != self.ts


class Timeline:
    """Messages in order of their ts, found by position in time."""

    def __init__(self) -> None:
        """Start empty."""
        self._at: list[int] = []
        self._messages: list[ChannelMessage] = []

    def __iter__(self) -> Iterator[ChannelMessage]:
        """Return every message that was not deleted, oldest first."""
        return (message for message in self._messages if not message.deleted)

    def append(self, at: int, message: ChannelMessage) -> None:
        """Add the newest message: `at` is above every one before."""
        self._at.append(at)
        self._messages.append(message)

    def between(self, oldest: int, latest: int, *, inclusive: bool) -> list[ChannelMessage]:
        """Return the messages after `oldest` and before `latest` (with both, if `inclusive`), oldest first."""
        if inclusive:
            low, high = bisect_left(self._at, oldest), bisect_right(self._at, latest)
        else:
            low, high = bisect_right(self._at, oldest), bisect_left(self._at, latest)
        return [message for message in self._messages[low:high] if not message.deleted]

    def before(self, at: int, most: int) -> list[ChannelMessage]:
        """Return the newest `most` messages before `at`, oldest first, without scanning the others."""
        older = (self._messages[index] for index in range(bisect_left(self._at, at) - 1, -1, -1))
        return list(islice((message for message in older if not message.deleted), most))[::-1]

    def after(self, at: int, most: int) -> list[ChannelMessage]:
        """Return the oldest `most` messages after `at`, oldest first, as `before` does."""
        newer = (self._messages[index] for index in range(bisect_right(self._at, at), len(self._at)))
        return list(islice((message for message in newer if not message.deleted), most))

    def last(self) -> ChannelMessage | None:
        """Return the newest message, None where there is none."""
        return next((message for message in reversed(self._messages) if not message.deleted), None)


@dataclass(slots=True)
class Channel:
    """A conversation: its members by user id, its top level, and its threads by their parent's ts."""

    id: str
    name: str
    kind: ChannelKind = "public"
    members: set[str] = field(default_factory=set)
    archived: bool = False
    shared: bool = False
    """Whether it is one channel of several workspaces (Slack Connect)."""
    messages: dict[str, ChannelMessage] = field(default_factory=dict)
    ephemeral: list[ChannelMessage] = field(default_factory=list)
    top: Timeline = field(default_factory=Timeline)
    threads: dict[str, Timeline] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    """What the bot says that it is doing, by thread."""
    _last: int = 0

    def next_ts(self, now: datetime) -> str:
        """Return a ts that no message of this channel has: `now`, or just after the newest."""
        self._last = max(moment(now), self._last + 1)
        return stamp(self._last)

    def add(self, message: ChannelMessage) -> None:
        """Add a message with a new ts where it belongs: top level, thread, both, or one person's view."""
        if message.ephemeral_to is not None:
            self.ephemeral.append(message)
            return
        at = micros(message.ts) or 0
        self.messages[message.ts] = message
        if not message.is_reply or message.broadcast:
            self.top.append(at, message)
        if message.is_reply and message.thread_ts is not None:
            self.threads.setdefault(message.thread_ts, Timeline()).append(at, message)
            if message.is_bot:
                self.statuses.pop(message.thread_ts, None)

    def bury(self, message: ChannelMessage) -> None:
        """Put a tombstone in the place of a message with a thread."""
        message.tombstone = True
        message.text, message.blocks, message.metadata, message.edited_ts = BURIED, [], None, None
        message.reactions, message.files = {}, []

    def find(self, ts: str) -> ChannelMessage | None:
        """Return the message with `ts`, unless it was deleted."""
        message = self.messages.get(ts)
        return None if message is None or message.deleted else message

    def replies(self, parent: str) -> list[ChannelMessage]:
        """Return the replies below `parent`, oldest first."""
        return list(self.threads.get(parent, ()))

    def shown_to(self, user: str) -> list[ChannelMessage]:
        """Return what `user` sees at the top level, oldest first: messages, and the ephemeral ones meant for them."""
        own: Iterable[ChannelMessage] = (
            message for message in self.ephemeral if message.ephemeral_to == user and not message.deleted
        )
        return sorted([*self.top, *own], key=lambda message: micros(message.ts) or 0)

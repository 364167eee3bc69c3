"""A page of a channel or a thread, as one person sees it."""

from __future__ import annotations

from dataclasses import dataclass

from playground.slack.channel import Channel, ChannelMessage, Timeline, micros

PAGE_MESSAGES = 200
"""Messages in one page at most."""
_END = 2**62


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The request: messages before `before`, or after `after` (microseconds), of the thread below `thread`."""

    before: int | None = None
    after: int | None = None
    thread: str | None = None
    limit: int = 60


def page(channel: Channel, person: str, asked: PageRequest) -> tuple[list[ChannelMessage], bool]:
    """Return the requested messages, oldest first, and whether there are more in that direction."""
    own = [message for message in channel.ephemeral if message.ephemeral_to == person and not message.deleted]
    if asked.thread is None:
        return _of(channel.top, [message for message in own if not message.is_reply], asked)
    below = channel.threads.get(asked.thread) or Timeline()
    found, more = _of(below, [message for message in own if message.thread_ts == asked.thread], asked)
    parent = channel.find(asked.thread)
    begins = asked.after is None and not more
    return ([parent, *found] if parent is not None and begins else found), more


def unread(channel: Channel, person: str, seen: int) -> int:
    """Count what others wrote at the top level after `seen` (microseconds), and what only this person sees."""
    there = sum(message.user != person for message in channel.top.between(seen, _END, inclusive=False))
    own = (message for message in channel.ephemeral if message.ephemeral_to == person and not message.deleted)
    return there + sum(_at(message) > seen and not message.is_reply for message in own)


def _of(timeline: Timeline, own: list[ChannelMessage], asked: PageRequest) -> tuple[list[ChannelMessage], bool]:
    """Merge the ephemeral ones with the others. One more than requested tells whether there are more."""
    most = asked.limit + 1
    if asked.after is not None:
        there = timeline.after(asked.after, most)
        found = sorted([*there, *(one for one in own if _at(one) > asked.after)], key=_at)
        return found[: asked.limit], len(found) > asked.limit
    before = _END if asked.before is None else asked.before
    there = timeline.before(before, most)
    found = sorted([*there, *(one for one in own if _at(one) < before)], key=_at)
    return found[-asked.limit :], len(found) > asked.limit


def _at(message: ChannelMessage) -> int:
    return micros(message.ts) or 0

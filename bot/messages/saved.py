"""What a person kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.messages import blocks
from bot.messages.message import Message
from bot.messages.mrkdwn import bold, clip, link, one_line, shown
from bot.messages.names import Names

PAGE = 10
"""Bookmarks on a page."""


class Kept(Protocol):
    """One link that a person kept: its `url` ("" if none), `headline`, and the `issue` it stood in."""

    @property
    def url(self) -> str:
        """Give the address as the issue had it."""
        ...

    @property
    def headline(self) -> str:
        """Give the headline as it was posted."""
        ...

    @property
    def issue(self) -> str:
        """Give the issue's identity."""
        ...


def saved(kept: Sequence[Kept], total: int, offset: int, labels: Sequence[str], names: Names) -> Message:
    """List one page of what a person kept, newest first; `labels` are the issues' short names, in the same order."""
    if not kept:
        how = f"React to a link in a digest's thread with :{clip(names.bookmark, 100)}: and it is listed here."
        return blocks.says(f"You have kept nothing yet. {how}" if not total else "There is nothing more.")
    last = offset + len(kept)
    where = f", {offset + 1}–{last}" if total > len(kept) else ""
    lines = [_line(each, name) for each, name in zip(kept, labels, strict=True)]
    made = [blocks.context(f"*You kept {total:,} link{'s' * (total != 1)}*{where}"), *map(blocks.section, lines)]
    row = []
    if offset:
        row.append(blocks.button("‹ Newer", "saved:back", str(max(0, offset - PAGE))))
    if last < total:
        row.append(blocks.button("Older ›", "saved:next", str(last)))
    if row:
        made.append(blocks.actions(row))
    heads = "; ".join(one_line(each.headline) for each in kept)
    return Message(clip(f"You kept {total}: {heads}", 900), tuple(made))


def _line(kept: Kept, name: str) -> str:
    head = one_line(kept.headline) or shown(kept.url) or "·"
    said = link(kept.url, head) if kept.url else clip(head, 150)
    return f"{bold(said)}\n{clip(name, 80)}" if name else bold(said)

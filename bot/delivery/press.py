"""Digests ready to be posted: rendered once for all the channels of one taste."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

from archive.issue import Issue
from bot.messages.message import Digest, Message, Part
from bot.messages.taste import Taste
from bot.record.delivery import PartRow, Shown

Render: TypeAlias = Callable[[Issue, Taste, str], Digest]
"""Renders an issue for a taste, with a line for its channel message. Pure."""
_KEPT = 512


@dataclass(frozen=True, slots=True)
class Sheet:
    """One message of a digest: its `key`, the message, the hash of that, and the entries it shows."""

    key: str
    message: Message
    hash: str
    shown: tuple[Shown, ...]


class Press:
    """Renders digests and keeps the newest ones."""

    def __init__(self, render: Render) -> None:
        """Render by `render`."""
        self._render = render
        self._kept: OrderedDict[tuple[int, Taste, str], tuple[Issue, tuple[Sheet, ...]]] = OrderedDict()

    def sheets(self, issue: Issue, taste: Taste, note: str) -> tuple[Sheet, ...]:
        """Give the digest's messages, the channel message first."""
        key = (id(issue), taste, note)
        kept = self._kept.get(key)
        if kept is not None:
            return kept[1]
        digest = self._render(issue, taste, note)
        entries = {
            entry.position: Shown(entry.position, entry.links[0].url if entry.links else "", entry.headline)
            for _, entry in issue.entries()
        }
        sheets = tuple(_sheet(part, entries) for part in (digest.parent, *digest.replies))
        # The issue is kept with its sheets: its id means it as long as it lives.
        self._kept[key] = (issue, sheets)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return sheets


def _sheet(part: Part, entries: dict[int, Shown]) -> Sheet:
    payload = json.dumps([part.message.text, list(part.message.blocks)], sort_keys=True, default=str)
    digest = hashlib.sha256(payload.encode()).hexdigest()[:32]
    shown = tuple(entries[position] for position in part.entries if position in entries)
    return Sheet(part.key, part.message, digest, shown)


def corrected(rows: Sequence[PartRow], sheets: Sequence[Sheet]) -> dict[str, str]:
    """Say which parts are an old one under a new key, as {old: new}.

    A part's key comes from its entry's first link: where that was corrected, one key goes and another comes between the
    same neighbours, and the message is to be edited rather than left beside a new one.
    """
    old, new = [row.key for row in rows], [sheet.key for sheet in sheets]
    pairs: dict[str, str] = {}
    gone, come = set(old) - set(new), set(new) - set(old)
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "replace":
            left = [key for key in old[old_from:old_to] if key in gone]
            came = [key for key in new[new_from:new_to] if key in come]
            pairs |= dict(zip(left, came, strict=False))
    return pairs

"""Digests ready to be posted: rendered once for all the channels of one taste."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from archive.issue import Entry, Issue, Section
from bot.digests.delivery.version import Render, version_of
from bot.domain.delivery import NOT_THEN, PartRow, ShownEntry, State
from bot.domain.preferences import Preferences
from bot.slack.blocks.message import Message, Part

_KEPT = 512


@dataclass(frozen=True, slots=True)
class Sheet:
    """One message of a digest: its `key`, the message, the hash of that, and the entries it shows.

    `source` is a hash of what the issue says there, however it is worded: only where that is another one by now has
    the message to be corrected.
    """

    key: str
    message: Message
    hash: str
    shown: tuple[ShownEntry, ...]
    source: str = ""


class Press:
    """Renders digests and keeps the newest ones."""

    def __init__(self, render: Render) -> None:
        """Render by `render`."""
        self._render = render
        self.version = version_of(render)
        """The version of the code that reads issues and renders them."""
        self._kept: OrderedDict[tuple[int, Preferences, str], tuple[Issue, tuple[Sheet, ...]]] = OrderedDict()

    def sheets(self, issue: Issue, preferences: Preferences, note: str) -> tuple[Sheet, ...]:
        """Give the digest's messages, the channel message first."""
        key = (id(issue), preferences, note)
        kept = self._kept.get(key)
        if kept is not None:
            return kept[1]
        digest = self._render(issue, preferences, note)
        entries = {
            entry.position: ShownEntry(entry.position, entry.links[0].url if entry.links else "", entry.headline)
            for _, entry in issue.entries()
        }
        said = {entry.position: _said(section, entry) for section, entry in issue.entries()}
        whole: list[object] = [issue.title, issue.number, issue.published.isoformat(), list(said.values())]
        replies = (_sheet(part, entries, [said.get(each) for each in part.entries]) for part in digest.replies)
        sheets = (_sheet(digest.parent, entries, whole), *replies)
        # The issue is kept with its sheets: its id means it as long as it lives.
        self._kept[key] = (issue, sheets)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return sheets


def _sheet(part: Part, entries: dict[int, ShownEntry], said: list[object]) -> Sheet:
    shown = tuple(entries[position] for position in part.entries if position in entries)
    payload = _digest([part.message.text, list(part.message.blocks)])
    return Sheet(part.key, part.message, payload, shown, _digest(said))


def _said(section: Section, entry: Entry) -> tuple[object, ...]:
    """Return what the issue says in an entry, without what is derived from that (its headline, its number)."""
    return section.heading, section.kind.value, entry.text, [link.url for link in entry.links]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:32]


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


def as_shown(rows: Sequence[PartRow], sheets: Sequence[Sheet]) -> tuple[PartRow, ...]:
    """Return the rows of a posted digest as if these sheets had been posted, which another version rendered.

    A sheet that has no message, since that version would post it and the one that posted did not, is a new row
    (numbered 0) that is skipped: an upgrade posts nothing.
    """
    pairs, by_key = corrected(rows, sheets), {sheet.key: sheet for sheet in sheets}
    named = [replace(row, key=pairs.get(row.key, row.key)) for row in rows]
    seen = [
        replace(row, hash=by_key[row.key].hash, source=by_key[row.key].source) for row in named if row.key in by_key
    ]
    missing = by_key.keys() - {row.key for row in named}
    last = max((row.at for row in rows), default=-1)
    fresh = [key for key in by_key if key in missing]
    skipped = [
        PartRow(0, rows[0].delivery, key, at, State.SKIPPED, reason=NOT_THEN) for at, key in enumerate(fresh, last + 1)
    ]
    return (*seen, *(skipped if rows else ()))

"""Digests ready to be posted: rendered once for all channels with the same preferences."""

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
from bot.domain.entry_numbers import entry_numbers
from bot.domain.preferences import Preferences
from bot.slack.blocks.message import Message, Part

_MAX_CACHED_DIGESTS = 512


@dataclass(frozen=True, slots=True)
class RenderedPart:
    """One message of a digest: its `key`, the message, the message's hash, and the entries that it shows.

    `source` is a hash of the issue's own text for it, however that is rendered: a posted message is corrected only if
    its `source` has changed.
    """

    key: str
    message: Message
    hash: str
    shown: tuple[ShownEntry, ...]
    source: str = ""


class DigestRenderer:
    """Renders digests, and caches the newest ones."""

    def __init__(self, render: Render) -> None:
        """Render with `render`."""
        self._render = render
        self.version = version_of(render)
        """The version of the code that reads issues and renders them."""
        self._cache: OrderedDict[tuple[int, Preferences, str], tuple[Issue, tuple[RenderedPart, ...]]] = OrderedDict()

    def render(self, issue: Issue, preferences: Preferences, note: str) -> tuple[RenderedPart, ...]:
        """Return the digest's messages, the channel message first."""
        key = (id(issue), preferences, note)
        cached = self._cache.get(key)
        if cached is not None:
            return cached[1]
        digest = self._render(issue, preferences, note)
        entries = _entries(issue)
        said = {entry.position: _said(section, entry) for section, entry in issue.entries()}
        whole: list[object] = [issue.title, issue.number, issue.published.isoformat(), list(said.values())]
        replies = (_rendered(part, entries, [said.get(each) for each in part.entries]) for part in digest.replies)
        rendered_parts = (_rendered(digest.parent, entries, whole), *replies)
        # The issue is cached too: as long as it lives, no other object has its id.
        self._cache[key] = (issue, rendered_parts)
        while len(self._cache) > _MAX_CACHED_DIGESTS:
            self._cache.popitem(last=False)
        return rendered_parts


def _entries(issue: Issue) -> dict[int, ShownEntry]:
    """Return what is recorded of each entry that is shown, by its position."""
    numbers = entry_numbers(issue)
    return {
        entry.position: ShownEntry(
            entry.position, entry.links[0].url if entry.links else "", entry.headline, numbers.get(entry.position, 0)
        )
        for _, entry in issue.entries()
    }


def _rendered(part: Part, entries: dict[int, ShownEntry], said: list[object]) -> RenderedPart:
    shown = tuple(entries[position] for position in part.entries if position in entries)
    payload = _digest([part.message.text, list(part.message.blocks)])
    # Numbers that an added entry changes are some of what a message says.
    numbers = _digest([each.number for each in shown])[:8] if part.numbered else ""
    source = f"{_digest(said)}/{numbers}" if numbers else _digest(said)
    return RenderedPart(part.key, part.message, payload, shown, source)


def says_other(then: str, now: str) -> bool:
    """Return whether the `source` of a message is another than when it was posted.

    A release that counted the entries of each message from 1 recorded no numbers: there the text alone counts.
    """
    return then != now and then != now.partition("/")[0]


def _said(section: Section, entry: Entry) -> tuple[object, ...]:
    """Return an entry's own content, without what is derived from it (headline, number)."""
    return section.heading, section.kind.value, entry.text, [link.url for link in entry.links]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:32]


def corrected(rows: Sequence[PartRow], rendered_parts: Sequence[RenderedPart]) -> dict[str, str]:
    """Return the parts that only changed their key, as {old: new}.

    A part's key comes from its entry's first link. If that was corrected, one key is replaced by another between the
    same neighbours: the posted message has to be edited, rather than a second one posted beside it.
    """
    old, new = [row.key for row in rows], [rendered.key for rendered in rendered_parts]
    pairs: dict[str, str] = {}
    gone, come = set(old) - set(new), set(new) - set(old)
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "replace":
            left = [key for key in old[old_from:old_to] if key in gone]
            added = [key for key in new[new_from:new_to] if key in come]
            pairs |= dict(zip(left, added, strict=False))
    return pairs


def as_shown(rows: Sequence[PartRow], rendered_parts: Sequence[RenderedPart]) -> tuple[PartRow, ...]:
    """Return the rows of a posted digest as if `rendered_parts`, which another version rendered, had been posted.

    A part without a message, because only the new version would post it, becomes a new row (id 0) that is skipped: an
    upgrade posts nothing.
    """
    pairs, by_key = corrected(rows, rendered_parts), {rendered.key: rendered for rendered in rendered_parts}
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

"""Who an issue is: the same one after its file was renamed, its date edited or its text corrected.

An issue's identity is the slug under which it was first seen. A slug that was never seen belongs to a known issue when
it brings the same links as that one, or, if that one's file is gone, at least half of them: then the file was renamed.
Anything else is a new issue, whatever number it claims.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archive.issue import Issue
from archive.link import canonical

ALIKE = 0.5
"""The share of links (common ones of all) from which a vanished and a new file are one. Two issues of a newsletter
share a sponsor or two of a few dozen links."""
_FEW = 3


@dataclass(frozen=True, slots=True)
class Face:
    """What an issue is recognised by: its `slug`, short hashes of its `links`, and a hash of all its `content`."""

    slug: str
    links: frozenset[str]
    content: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the register knows: the identity of every slug ever seen, and the links of every identity."""

    names: Mapping[str, str]
    links: Mapping[str, frozenset[str]]


def face(issue: Issue) -> Face:
    """Describe an issue. One with hardly any links is described by its lines of text too."""
    urls = {canonical(link.url) for _, entry in issue.entries() for link in entry.links}
    traits = {_short(url) for url in urls}
    if len(traits) < _FEW:
        lines = {line.strip() for _, entry in issue.entries() for line in entry.text.splitlines() if line.strip()}
        traits |= {_short(line) for line in lines} or {_short(issue.title)}
    return Face(issue.slug, frozenset(traits), _digest(_whole(issue)))


def recognise(there: Iterable[Face], known: Known) -> dict[str, str]:
    """Give the identity of every issue that is there, by slug. Deterministic for a given order of `there`."""
    faces = tuple(there)
    identity = {face.slug: known.names[face.slug] for face in faces if face.slug in known.names}
    alive = set(identity.values())
    looks = dict(known.links)
    exact = {links: key for key, links in reversed(looks.items())}
    for new in faces:
        if new.slug in identity:
            continue
        key = exact.get(new.links) or _vanished(new, looks, alive) or _unused(new.slug, looks)
        identity[new.slug] = key
        alive.add(key)
        looks.setdefault(key, new.links)
        exact.setdefault(new.links, key)
    return identity


def _unused(slug: str, looks: Mapping[str, frozenset[str]]) -> str:
    """Give the slug, with a number if an issue of another content has that identity (it was renamed away)."""
    count, name = 1, slug
    while name in looks:
        count += 1
        name = f"{slug}~{count}"
    return name


def _vanished(new: Face, looks: Mapping[str, frozenset[str]], alive: set[str]) -> str | None:
    """Give the known issue whose file is gone and which is most alike, None if none is alike enough."""
    gone = (
        (len(links & new.links) / max(1, len(links | new.links)), key)
        for key, links in looks.items()
        if key not in alive
    )
    share, key = max(gone, default=(0.0, ""))
    return key if share >= ALIKE else None


def _whole(issue: Issue) -> str:
    # The slug is left out (a rename changes nothing that is shown), and so are line numbers.
    sections = [
        (
            section.heading,
            section.kind.value,
            [(e.text, e.headline, [link.url for link in e.links]) for e in section.entries],
        )
        for section in issue.sections
    ]
    return repr((issue.title, issue.number, issue.published.isoformat(), sections))


def _short(text: str) -> str:
    return _digest(text)[:12]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]

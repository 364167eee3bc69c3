"""The identity of an issue, which it keeps when its file is renamed, its date edited or its text corrected.

An issue's identity is the slug under which it was first seen. A slug that was never seen belongs to a known issue when
it brings the same links as that one, or, if that one's file is gone, at least half of them: then the file was renamed.
Anything else is a new issue, whatever number it claims.

A name may be used again: what was written as draft.md and renamed leaves that name to the next issue. Of several files
that claim one identity the one with its links keeps it, and those that have half of their links in common with it
and with one another are copies; any other is looked at as if its slug had never been seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from archive.issue import Issue
from archive.link import canonical

MIN_COMMON_LINKS = 0.5
"""The share of links (common ones of all) from which a vanished and a new file are one. Two issues of a newsletter
share a sponsor or two of a few dozen links."""
_FEW = 3


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an issue is recognised by: its `slug`, short hashes of its `links`, and a hash of all its `content` as read.

    `source` is a hash of its file's own text, which another version of the reader leaves as it is ("": none is known).
    `dated` is the moment it is published, None for an issue without a date.
    `placed`: that moment is a guess from the dates of other issues (see `archive.issue.Issue`).
    """

    slug: str
    links: frozenset[str]
    content: str
    source: str = ""
    dated: datetime | None = None
    placed: bool = False


@dataclass(frozen=True, slots=True)
class KnownIssues:
    """The register's content: the identity of every slug ever seen, and the links of every identity."""

    names: Mapping[str, str]
    links: Mapping[str, frozenset[str]]


def fingerprint(issue: Issue) -> Fingerprint:
    """Return the fingerprint of an issue; of one with hardly any links it includes the lines of text."""
    urls = {canonical(link.url) for _, entry in issue.entries() for link in entry.links}
    traits = {_short(url) for url in urls}
    if len(traits) < _FEW:
        lines = {line.strip() for _, entry in issue.entries() for line in entry.text.splitlines() if line.strip()}
        traits |= {_short(line) for line in lines} or {_short(issue.title)}
    content = _digest(_whole(issue))
    return Fingerprint(issue.slug, frozenset(traits), content, issue.source or content, issue.published, issue.placed)


def recognise(there: Iterable[Fingerprint], known: KnownIssues) -> dict[str, str]:
    """Return the identity of every issue that is there, by slug. Deterministic for a given order of `there`."""
    fingerprints = tuple(there)
    looks = dict(known.links)
    exact = {links: key for key, links in reversed(looks.items())}
    claims = _claims(fingerprints, known, exact)
    heirs = {key: _heirs(rivals, looks.get(key, frozenset())) for key, rivals in claims.items()}
    leaders = {key: kept[0] for key, kept in heirs.items()}
    identity = {one.slug: key for key, kept in heirs.items() for one in kept}
    for new in fingerprints:
        if new.slug in identity:
            continue
        same = exact.get(new.links)
        if same in leaders and leaders[same].links != new.links:
            same = None  # its file holds something else by now
        key = same or _like(new, looks, looks.keys() - leaders.keys()) or _unused(new.slug, looks)
        identity[new.slug] = key
        leaders.setdefault(key, new)
        looks.setdefault(key, new.links)
        exact.setdefault(new.links, key)
    return identity


def _claims(
    fingerprints: tuple[Fingerprint, ...], known: KnownIssues, exact: Mapping[frozenset[str], str]
) -> dict[str, list[Fingerprint]]:
    """Return which issues claim each known identity, by a slug that had it or by their links."""
    claims: dict[str, list[Fingerprint]] = {}
    strangers = []
    for new in fingerprints:
        if key := known.names.get(new.slug) or exact.get(new.links):
            claims.setdefault(key, []).append(new)
        else:
            strangers.append(new)
    looks = {key: known.links.get(key, frozenset()) for key in claims}
    usurped = {
        key for key, rivals in claims.items() if all(_alike(one, looks[key]) < MIN_COMMON_LINKS for one in rivals)
    }
    for new in strangers:
        if key := _like(new, looks, usurped):  # renamed and edited, and its name used again, all at once
            claims[key].append(new)
    return claims


def _heirs(rivals: list[Fingerprint], links: frozenset[str]) -> list[Fingerprint]:
    """Return those who keep an identity of these `links`: who is most like it, and first, its copies."""
    kept = [max(rivals, key=lambda one: _alike(one, links))]
    for one in rivals:
        if one not in kept and all(_alike(one, other.links) >= MIN_COMMON_LINKS for other in kept):
            kept.append(one)
    return kept


def _alike(one: Fingerprint, links: frozenset[str]) -> float:
    """Return the share of all links that both have."""
    return 1.0 if one.links == links else len(one.links & links) / len(one.links | links)


def _unused(slug: str, looks: Mapping[str, frozenset[str]]) -> str:
    """Return the slug, with a number if another issue, since renamed, has that identity."""
    count, name = 1, slug
    while name in looks:
        count += 1
        name = f"{slug}~{count}"
    return name


def _like(new: Fingerprint, looks: Mapping[str, frozenset[str]], among: Collection[str]) -> str | None:
    """Return the most similar of these known issues, None if no one is similar enough."""
    share, key = max(((_alike(new, looks[key]), key) for key in among), default=(0.0, ""))
    return key if share >= MIN_COMMON_LINKS else None


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

"""The identity of an issue, which it keeps when its file is renamed, its date edited or its text corrected.

An issue's identity is the slug under which it was first seen. A slug that was never seen belongs to a known issue when
it brings the same links as that one, or nearly all of its text; or, if that one's file is gone, at least half of its
links or of its text, or its number, title and date: then the file was renamed. Anything else is a new issue, whatever
number it claims. (In every archive at hand two issues have at most a third of their text in common.)

A name may be used again: what was written as draft.md and renamed leaves that name to the next issue. Of several files
that claim one identity the one with its links keeps it, and those that have half of their links in common with it
and with one another are copies, as are those of one number, title and day that have half of the links of either. Any
other is looked at as if its slug had never been seen. So is a file that was written over with another issue, such as
latest.md each week: it says another number (or, without numbers, another title) and another day, and less than half of
its links and of its text is what it was; or it says another day, and nothing is what it was, as where another
newsletter numbers its files alike. Standing text, which other issues have as well, does not count. Nor are two files
one issue that are there together and say another number (or title) and another day, though they have the same links:
an open thread each week.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archive.issue import Issue
from archive.link import canonical
from bot.domain.likeness import (
    MIN_COMMON_LINKS,
    Known,
    Marks,
    Traits,
    contradicts,
    is_copy,
    likeness,
    marks,
    says_another,
    share_of_links,
)

MIN_TRAITS = 3


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an issue is recognised by: `slug`, short hashes of its `links`, `marks`, a hash of its `content` as read.

    `source` is a hash of its file's own text, which another version of the reader leaves as it is ("": none is known).
    `dated` is the moment it is published, None for an issue without a date.
    `day_only`: it is a day's midnight (see `archive.issue.Issue`).
    `placed`: that moment is a guess from the dates of other issues (see `archive.issue.Issue`).
    """

    slug: str
    links: frozenset[str]
    content: str
    source: str = ""
    dated: datetime | None = None
    placed: bool = False
    day_only: bool = False
    marks: Marks = Marks()  # noqa: RUF009 - immutable

    @property
    def file_text(self) -> str:
        """A hash of its file's text, or of what was read from it where no other is known."""
        return self.source or self.content

    @property
    def says_which(self) -> bool:
        """Whether it says which issue it is: by a date or a number of its own."""
        return bool(self.marks.day) or self.marks.number is not None

    @property
    def traits(self) -> Traits:
        """All that tells which issue it is, beside its name."""
        return Traits(self.links, self.marks)


@dataclass(frozen=True, slots=True)
class KnownIssues:
    """The register's content: the identity of every slug ever seen, and the links and marks of every identity.

    `taken` are identities of other newsletters' issues.
    """

    names: Mapping[str, str]
    links: Mapping[str, frozenset[str]]
    marks: Mapping[str, Marks] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()


def fingerprint(issue: Issue) -> Fingerprint:
    """Return the fingerprint of an issue; of one with hardly any links it includes the lines of text."""
    urls = {canonical(link.url) for _, entry in issue.entries() for link in entry.links}
    traits = {_short(url) for url in urls}
    if len(traits) < MIN_TRAITS:
        lines = {line.strip() for _, entry in issue.entries() for line in entry.text.splitlines() if line.strip()}
        traits |= {_short(line) for line in lines} or {_short(issue.title)}
    content = _digest(_whole(issue))
    return Fingerprint(
        issue.slug,
        frozenset(traits),
        content,
        issue.source or content,
        issue.published,
        issue.placed,
        issue.day_only,
        marks(issue),
    )


def recognise(there: Iterable[Fingerprint], known: KnownIssues) -> dict[str, str]:
    """Return the identity of every issue that is there, by slug. Deterministic for a given order of `there`."""
    fingerprints = tuple(there)
    looks = Known()
    for key, links in known.links.items():
        looks.add(key, Traits(links, known.marks.get(key, Marks())))
    exact = {traits.links: key for key, traits in reversed(looks.traits.items())}
    claims = _claims(fingerprints, known, exact, looks)
    heirs = {key: _heirs(rivals, looks.traits.get(key, Traits(frozenset()))) for key, rivals in claims.items()}
    leaders = {key: kept[0] for key, kept in heirs.items()}
    identity = {one.slug: key for key, kept in heirs.items() for one in kept}
    for new in fingerprints:
        if new.slug in identity:
            continue
        same = exact.get(new.links)
        if same in leaders and (leaders[same].links != new.links or says_another(new.marks, leaders[same].marks)):
            same = None  # its file holds something else by now, or both are there and say that they are two
        key = same or _found(new, looks, leaders) or _unused(new.slug, known.taken | looks.traits.keys())
        identity[new.slug] = key
        leaders.setdefault(key, new)
        looks.add(key, new.traits)
        exact.setdefault(new.links, key)
    return identity


def leading(
    there: Iterable[Fingerprint], identity: Mapping[str, str], known: KnownIssues, sources: Mapping[str, str]
) -> dict[str, Fingerprint]:
    """Return by identity the file that says what an issue is, of the copies that are `there` and have an `identity`.

    It is the one with the identity's own name, or else with a name that the issue had before, or else with the text
    that it had: its `source` by identity. So a copy that comes and goes changes nothing. A file that is named after
    another of them (`435 (conflicted copy)`, `copy of 435`, `435.bak`) never speaks beside it, though it came first.
    """
    copies: dict[str, list[Fingerprint]] = {}
    for one in there:
        copies.setdefault(identity[one.slug], []).append(one)

    def rank(one: Fingerprint) -> tuple[bool, bool, bool]:
        key = identity[one.slug]
        return one.slug == key, known.names.get(one.slug) == key, one.file_text == sources.get(key)

    return {key: max(_originals(files), key=rank) for key, files in copies.items()}


def _originals(copies: Sequence[Fingerprint]) -> list[Fingerprint]:
    """Return those of an issue's files that are not named after another of them."""
    names = {one.slug for one in copies}
    return [one for one in copies if not any(name in one.slug for name in names - {one.slug})]


def _claims(
    fingerprints: tuple[Fingerprint, ...], known: KnownIssues, exact: Mapping[frozenset[str], str], looks: Known
) -> dict[str, list[Fingerprint]]:
    """Return which issues claim each known identity, by a slug that had it or by their links."""
    claims: dict[str, list[Fingerprint]] = {}
    strangers = []
    for new in fingerprints:
        key = known.names.get(new.slug)
        if key is not None and (key not in looks.traits or not _is_written_over(new.traits, key, looks)):
            claims.setdefault(key, []).append(new)
        else:
            strangers.append(new)
    others = []
    for new in strangers:
        key = exact.get(new.links)
        if key is not None and not any(says_another(new.marks, one.marks) for one in claims.get(key, ())):
            claims.setdefault(key, []).append(new)
        else:
            others.append(new)
    empty = Traits(frozenset())
    usurped = {
        key
        for key, rivals in claims.items()
        if not any(_is_like(one.traits, looks.traits.get(key, empty)) for one in rivals)
    }
    for new in others if usurped else ():
        near = looks.near(new.traits)
        if key := _like(new, near, looks, looks.traits.keys() - usurped):  # renamed and edited, its name used again
            claims[key].append(new)
    return claims


def _is_like(one: Traits, other: Traits) -> bool:
    """Return whether two issues are alike enough to be one: by their links, which is soon told, or else by the rest."""
    return share_of_links(one.links, other.links) >= MIN_COMMON_LINKS or likeness(one, other) >= MIN_COMMON_LINKS


def _is_written_over(new: Traits, key: str, looks: Known) -> bool:
    """Return whether a file that has the name of a known issue holds another one by now."""
    known = looks.traits[key]
    if share_of_links(new.links, known.links) >= MIN_COMMON_LINKS:  # then nothing that stands in both matters
        return False
    return contradicts(new, known, looks.standing(key))


def _heirs(rivals: list[Fingerprint], traits: Traits) -> list[Fingerprint]:
    """Return those who keep an identity of these `traits`: who is most like it, and first, its copies."""
    if len(rivals) == 1:
        return rivals
    kept = [max(rivals, key=lambda one: likeness(one.traits, traits))]
    for one in rivals:
        if one not in kept and all(_are_copies(one, other) for other in kept):
            kept.append(one)
    return kept


def _are_copies(one: Fingerprint, other: Fingerprint) -> bool:
    return share_of_links(one.links, other.links) >= MIN_COMMON_LINKS or is_copy(one.traits, other.traits)


def _unused(slug: str, taken: Collection[str]) -> str:
    """Return the slug, with a number if another issue, since renamed, has that identity."""
    count, name = 1, slug
    while name in taken:
        count += 1
        name = f"{slug}~{count}"
    return name


def _found(new: Fingerprint, looks: Known, leaders: Mapping[str, Fingerprint]) -> str | None:
    """Return the known issue that a file holds although neither its name nor its links say so, None without one."""
    near = looks.near(new.traits)
    return _like(new, near, looks, leaders) or _copied(new, near, leaders)


def _like(new: Fingerprint, near: Iterable[str], looks: Known, taken: Collection[str]) -> str | None:
    """Return the most similar of the `near` issues that is not `taken`, None if no one is similar enough."""
    free = (key for key in near if key not in taken)
    alike = ((likeness(new.traits, looks.traits[key], looks.standing(key)), key) for key in free)
    share, key = max(alike, default=(0.0, ""))
    return key if share >= MIN_COMMON_LINKS else None


def _copied(new: Fingerprint, near: Iterable[str], leaders: Mapping[str, Fingerprint]) -> str | None:
    """Return the one of the `near` issues of which a file is a copy with other links, beside its own; None without."""
    there = (key for key in near if key in leaders)
    return next((key for key in there if is_copy(new.traits, leaders[key].traits)), None)


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

"""The issue registry: the archive's issues by identity, in the order in which they were first seen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from archive.issue import Issue
from bot.domain.catalogue import IssueCatalogue
from bot.domain.issue_identity import Fingerprint, fingerprint
from bot.domain.newness import WINDOW
from bot.domain.publication import first_out
from bot.store.issues import Registered


@dataclass(frozen=True, slots=True)
class ArchiveChange:
    """A change of the archive: the identities of the issues `added` and `edited`.

    Added are new ones, returned ones and those that were decided again and are new.
    """

    added: frozenset[str] = frozenset()
    edited: frozenset[str] = frozenset()

    def __or__(self, other: ArchiveChange) -> ArchiveChange:
        """Return both changes as one."""
        return ArchiveChange(self.added | other.added, self.edited | other.edited)


class IssueRegister(Protocol):
    """Decides which file is which issue; `bot.store.issues.Issues` implements it."""

    async def register(
        self,
        fingerprints: Iterable[Fingerprint],
        now: datetime,
        *,
        good: bool = True,
        window: timedelta = WINDOW,
        filling: bool = False,
        read: Mapping[str, str] | None = None,
    ) -> Registered:
        """Record the archive as it is now: the `fingerprints` of all its issues, oldest first.

        `good`: the archive's folder has just been read without error. An issue that is published now counts as new if
        it is dated no more than `window` before the last such reading. `filling`: the folder was empty before, so that
        its first issues may be the beginning of a copy. `read`: the sources by slug that this process registered
        before (None: it never did): what has not changed since is no edit, whatever another process has registered.
        """
        ...


class IssueRegistry:
    """Holds the catalogue in use. Every process registers what it reads; the register decides which issue is which."""

    def __init__(
        self, register: IssueRegister, *, few: int = 50, window: timedelta = WINDOW, zone: tzinfo = UTC
    ) -> None:
        """Start with an empty catalogue. The fingerprints of more than `few` unseen issues are computed in a thread.

        `window`: see `IssueRegister.register`. `zone` is the newsletter's.
        """
        self._window, self._zone = window, zone
        self._register = register
        self._few = few
        self._fingerprints: dict[str, tuple[Issue, Fingerprint]] = {}
        self._read: dict[str, str] | None = None
        self._was_empty = self._has_read = False
        self._turn = asyncio.Lock()
        self.current = IssueCatalogue()

    def issue(self, identity: str) -> Issue | None:
        """Return the issue of an identity, None if the archive does not have it."""
        return self.current.issues.get(identity)

    def identity(self, slug: str) -> str:
        """Return the identity of the issue with this slug; the slug itself if it is not registered yet."""
        return self.current.identities.get(slug, slug)

    def is_due(self, now: datetime) -> bool:
        """Return whether an issue that was dated ahead has come out somewhere since the last `put`."""
        return any(first_out(issue) <= now for issue in self.current.ahead)

    async def put(self, issues: Iterable[Issue], now: datetime, *, good: bool = True) -> ArchiveChange:
        """Register the archive's `issues` (oldest first), make them the current catalogue, and return what changed.

        `good`: they have just been read; otherwise they are from the last time that the folder could be read.
        """
        there = tuple(issues)
        async with self._turn:
            fingerprints = (
                await asyncio.to_thread(self._describe, there)
                if self._unseen(there) > self._few
                else self._describe(there)
            )
            self._was_empty = self._was_empty or not there
            found = await self._register.register(
                fingerprints, now, good=good, window=self._window, filling=self._was_empty, read=self._read
            )
            self._read = {each.slug: each.file_text for each in fingerprints}
            new = _catalogue(there, fingerprints, found, self._zone)
            added = frozenset(new.issues) - frozenset(self.current.issues)
            if self._has_read:
                new = replace(new, back={**self.current.back, **dict.fromkeys(added, now)})
            turned_new = frozenset(self.current.not_new.keys() & new.issues.keys() - new.not_new.keys())
            self.current, self._has_read = new, True
            return ArchiveChange(added | turned_new, found.edited)

    def _unseen(self, there: tuple[Issue, ...]) -> int:
        return sum(1 for issue in there if self._fingerprints.get(issue.slug, (None,))[0] is not issue)

    def _describe(self, there: tuple[Issue, ...]) -> tuple[Fingerprint, ...]:
        """Return every issue's fingerprint; that of an issue that is the same object as last time is reused."""
        kept = self._fingerprints
        self._fingerprints = {
            issue.slug: known if (known := kept.get(issue.slug)) and known[0] is issue else (issue, fingerprint(issue))
            for issue in there
        }
        return tuple(described for _, described in self._fingerprints.values())


def _catalogue(
    there: tuple[Issue, ...], fingerprints: tuple[Fingerprint, ...], found: Registered, zone: tzinfo
) -> IssueCatalogue:
    """Return the catalogue of the issues `there`, with the identities that the register `found`."""
    by_slug = {issue.slug: issue for issue in there}
    identity = found.identity
    texts = {each.slug: each.file_text for each in fingerprints}
    content = {key: texts[slug] for key, slug in found.files.items()}
    return IssueCatalogue(
        issues={key: by_slug[slug] for key, slug in found.files.items()},
        order={key: found.seq[key] for key in content},
        content=content,
        identities=identity,
        not_new={key: arrival for key, arrival in found.not_new.items() if key in content},
        arrivals={key: arrival for key, arrival in found.arrivals.items() if key in content},
        ahead=tuple(issue for slug, issue in by_slug.items() if slug not in identity),
        zone=zone,
        elsewhere=found.elsewhere,
    )

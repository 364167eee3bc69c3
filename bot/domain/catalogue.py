"""The archive as decisions see it: issues by identity, in the order in which they were first seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from archive.issue import Issue
from bot.domain.newness import Arrival


@dataclass(frozen=True, slots=True)
class IssueCatalogue:
    """The archive at one moment.

    By identity: the `issues` that are there and have come out, the `order` in which they were first seen, the hash of
    their file's `content`, how those came in that were `not_new`, and the `arrivals` of the others, where known; and
    of those that came, or came back, while this process ran, since when they are `back`. `identities` by slug. `ahead`
    are the issues that are dated ahead and were never out anywhere. In the newsletter's `zone` a date without a time
    begins for a channel whose schedule has no zone.
    """

    issues: Mapping[str, Issue] = field(default_factory=dict)
    order: Mapping[str, int] = field(default_factory=dict)
    content: Mapping[str, str] = field(default_factory=dict)
    identities: Mapping[str, str] = field(default_factory=dict)
    not_new: Mapping[str, Arrival] = field(default_factory=dict)
    ahead: tuple[Issue, ...] = ()
    arrivals: Mapping[str, Arrival] = field(default_factory=dict)
    zone: tzinfo = UTC
    back: Mapping[str, datetime] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    """The identities of which another process has read another text: it corrects what is posted of them."""
    newsletters: Mapping[str, IssueCatalogue] = field(default_factory=dict)
    """Where there are several newsletters: the catalogue of each, by its slug."""

    def of(self, newsletter: str) -> IssueCatalogue:
        """Return the catalogue of one newsletter (a slug), without issues if there is none; "": that of all."""
        if not newsletter:
            return self
        return self.newsletters.get(newsletter) or IssueCatalogue(zone=self.zone)

    def name(self, newsletter: str) -> str:
        """Return what people call a newsletter, its slug without a name; "" where there is only one to speak of."""
        if not newsletter:
            return "all newsletters" if len(self.newsletters) > 1 else ""
        named = (issue.newsletter_name for issue in self.of(newsletter).issues.values())
        return " ".join(next(named, "").split()) or newsletter

    def by_number(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """Return the identities of the issues that are there and have one of these order numbers, in that order."""
        found = {self.order[identity]: identity for identity in self.issues if identity in self.order}
        return tuple(found[number] for number in numbers if number in found)

    def advice(self, identities: Sequence[str]) -> str:
        """Return what would have the only one of these issues posted, as a sentence; "" if nothing would."""
        came = self.not_new.get(identities[0]) if len(identities) == 1 else None
        return "" if came is None else came.advice

"""The issue registries of several newsletters, in use as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

import structlog

from archive.issue import Issue
from bot.digests.delivery.issue_registry import ArchiveChange, IssueRegister, IssueRegistry
from bot.domain.catalogue import IssueCatalogue
from bot.domain.newsletter import Newsletter
from bot.domain.schedule import zone_of
from bot.store.errors import ForeignArchiveError

_log = structlog.get_logger(__name__)


class RegisterOfEach(IssueRegister, Protocol):
    """The register of all newsletters; `bot.store.issues.Issues` implements it."""

    def of(self, slug: str, configured: Collection[str] | None = None) -> IssueRegister:
        """Return the register of the newsletter with this slug.

        `configured` are the slugs of all that are in use: a slug that is not known yet takes over the rows of one that
        is not in use any more and has the same issues. None: it takes over nothing.
        """
        ...


class SeveralRegistries(IssueRegistry):
    """Holds the catalogue of several newsletters, each of which is registered by itself.

    An issue is recognised among its own newsletter's issues, and new by that newsletter's own last look.
    """

    def __init__(
        self,
        register: IssueRegister,
        parts: Mapping[str, IssueRegistry],
        is_good: Callable[[str], bool],
        *,
        zone: tzinfo = UTC,
    ) -> None:
        """Join the registries `parts` of one `register`, by slug.

        `is_good` says whether a newsletter's folder could be read just now. `zone` is where a date without a time
        begins for a channel whose schedule has no zone.
        """
        super().__init__(register, zone=zone)
        self._parts, self._is_good = parts, is_good
        self._change = ArchiveChange()
        self.current = joined({slug: part.current for slug, part in parts.items()}, zone)

    def is_due(self, now: datetime) -> bool:
        """See `IssueRegistry.is_due`."""
        return any(part.is_due(now) for part in self._parts.values())

    async def put(self, issues: Iterable[Issue], now: datetime, *, good: bool = True) -> ArchiveChange:
        """See `IssueRegistry.put`. Whether a look is good is each newsletter's own; `good` tells of all of them.

        A newsletter whose folder holds another one's issues is left out, and logged; it raises only if all do.
        """
        del good
        theirs = defaultdict(list)
        for issue in issues:
            theirs[issue.newsletter].append(issue)
        async with self._turn:
            refused = []
            for slug, part in self._parts.items():
                try:
                    self._change |= await part.put(theirs[slug], now, good=self._is_good(slug))
                except ForeignArchiveError as error:
                    _log.error("newsletter.refused", newsletter=slug, error=str(error))
                    refused.append(error)
            if refused and len(refused) == len(self._parts):
                raise refused[0]
            self.current = joined({slug: part.current for slug, part in self._parts.items()}, self._zone)
            change, self._change = self._change, ArchiveChange()
            return change


def registry_for(
    register: RegisterOfEach,
    newsletters: Iterable[Newsletter],
    is_good: Callable[[str], bool] = lambda _: True,
    *,
    window: timedelta,
    zone: tzinfo,
    adopting: bool = True,
) -> IssueRegistry:
    """Return the registry of the `newsletters`: each is registered by itself where they are several.

    `adopting`: one that got another slug keeps what was posted of it. `window`, `zone`: as in `IssueRegistry`.
    """
    zones = {newsletter.slug: zone_of(newsletter.zone) for newsletter in newsletters}
    if not any(zones):
        return IssueRegistry(register, window=window, zone=zone)
    configured = tuple(zones) if adopting else None
    parts = {
        slug: IssueRegistry(register.of(slug, configured), window=window, zone=there) for slug, there in zones.items()
    }
    return SeveralRegistries(register, parts, is_good, zone=zone)


def joined(parts: Mapping[str, IssueCatalogue], zone: tzinfo) -> IssueCatalogue:
    """Return several newsletters' catalogues, by slug, as one: no identity and no slug is in two of them."""
    each = tuple(parts.values())
    return IssueCatalogue(
        issues={key: issue for part in each for key, issue in part.issues.items()},
        order={key: number for part in each for key, number in part.order.items()},
        content={key: text for part in each for key, text in part.content.items()},
        identities={slug: key for part in each for slug, key in part.identities.items()},
        not_new={key: arrival for part in each for key, arrival in part.not_new.items()},
        arrivals={key: arrival for part in each for key, arrival in part.arrivals.items()},
        ahead=tuple(issue for part in each for issue in part.ahead),
        zone=zone,
        back={key: at for part in each for key, at in part.back.items()},
        elsewhere=frozenset(key for part in each for key in part.elsewhere),
        newsletters=dict(parts),
    )

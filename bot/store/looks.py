"""The looks at a newsletter's archive of which its database knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, select

from archive.label import slug as file_slug
from bot.domain.newness import first_look, was_unwatched
from bot.store.inserts import insert
from bot.store.membership import is_among
from bot.store.tables import archive_looks, broken_files, issues_ahead


@dataclass(frozen=True, slots=True)
class Looks:
    """The good looks before now.

    `last` is the last one (None where no look is known, or the first has not ended), `recorded` the last in the
    database. By slug: the files that were `broken` when they first appeared, with when that was and whether there was a
    look before; the issues that the first look saw dated `ahead`, and that have not come out since.
    """

    last: datetime | None
    recorded: datetime | None = None
    broken: Mapping[str, tuple[datetime, bool]] = field(default_factory=dict)
    ahead: frozenset[str] = frozenset()

    def before(self, slug: str, now: datetime) -> datetime | None:
        """Return the last look before the issue with this slug, which comes out now, appeared; None for the first."""
        if self.last is None or (slug in self.ahead and was_unwatched(self.last, now)):
            return None
        if slug not in self.broken:
            return self.last
        seen, looked = self.broken[slug]
        return min(self.last, seen) if looked else None


def looks_before(connection: Connection, newsletter: str, sights: Collection[datetime], now: datetime) -> Looks:
    """Return the looks before now. `sights`: when each issue that is known was first seen."""
    recorded = last_look(connection, newsletter)
    last = recorded or end_of_first_look(sights, now)
    return Looks(last, recorded, _broken_since(connection, newsletter), _ahead(connection, newsletter))


def last_look(connection: Connection, newsletter: str) -> datetime | None:
    """Return the last good look that is recorded, None if there is none."""
    chosen = select(archive_looks.c.at).where(archive_looks.c.newsletter == newsletter)
    found: datetime | None = connection.scalar(chosen)
    return found


def end_of_first_look(sights: Collection[datetime], now: datetime) -> datetime | None:
    """Return when a first look that was not recorded ended, None if there was none or it goes on."""
    return first_look(max(sights), now) if sights else None


def looked(connection: Connection, newsletter: str, now: datetime) -> None:
    """Record that issues were seen now. A clock that is behind does not take the last look back."""
    row = insert(connection, archive_looks)
    latest = row.on_conflict_do_update(
        index_elements=["newsletter"], set_={"at": row.excluded.at}, where=archive_looks.c.at < row.excluded.at
    )
    connection.execute(latest, {"newsletter": newsletter, "at": now})


def saw_ahead(connection: Connection, newsletter: str, slugs: Iterable[str]) -> None:
    """Record that the first look saw issues with these slugs which had not come out."""
    if rows := [{"newsletter": newsletter, "slug": slug} for slug in slugs]:
        connection.execute(insert(connection, issues_ahead).on_conflict_do_nothing(), rows)


def came_out(connection: Connection, newsletter: str, slugs: Collection[str]) -> None:
    """Record that issues with these slugs, which the first look saw ahead, have come out."""
    if slugs:
        columns = issues_ahead.c
        connection.execute(delete(issues_ahead).where(columns.newsletter == newsletter, is_among(columns.slug, slugs)))


def _ahead(connection: Connection, newsletter: str) -> frozenset[str]:
    columns = issues_ahead.c
    return frozenset(connection.scalars(select(columns.slug).where(columns.newsletter == newsletter)))


def _broken_since(connection: Connection, newsletter: str) -> dict[str, tuple[datetime, bool]]:
    columns = broken_files.c
    # Of several newsletters the names begin with the newsletter's slug, and all are in one list.
    chosen = select(columns.file, columns.seen, columns.is_new).where(columns.newsletter.in_(("", newsletter)))
    return {file_slug(row.file): (row.seen, bool(row.is_new)) for row in connection.execute(chosen)}

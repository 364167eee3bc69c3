"""A newsletter that got another slug, or its first one: its rows follow it, so that nothing of it comes in again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import structlog
from sqlalchemy import Connection, Table, and_, delete, exists, or_, select, update

from bot.domain.issue_identity import Fingerprint
from bot.store.inserts import insert_new
from bot.store.membership import is_among
from bot.store.tables import (
    archive_looks,
    broken_files,
    deliveries,
    issues,
    issues_ahead,
    older_issues,
    slots,
    slugs,
    subscription_audit,
    subscriptions,
)

_log = structlog.get_logger(__name__)
_MIN_LINKS = 3
"""Issues with fewer links may have the same ones without being the same."""


def adopt(connection: Connection, newsletter: str, configured: Collection[str], there: Iterable[Fingerprint]) -> None:
    """Give `newsletter` the rows of the one that it was before, if the register does not know its slug yet.

    That is one whose slug is not among the `configured`, and of which at least half of the issues, of those that are
    `there` or of those that are known, are the same by their content.
    """
    mine = select(issues.c.seq).where(issues.c.newsletter == newsletter).limit(1)
    if connection.execute(mine).first() is not None:
        return
    fingerprints = tuple(there)
    columns = issues.c
    others = select(columns.newsletter, columns.content, columns.source, columns.links)
    rows = defaultdict(list)
    for row in connection.execute(others.where(~is_among(columns.newsletter, configured))):
        rows[row.newsletter].append(row)
    common = {slug: _common(fingerprints, known) for slug, known in rows.items()}
    alike = {slug: n for slug, n in common.items() if n and 2 * n >= min(len(fingerprints), len(rows[slug]))}
    if alike:
        before = max(sorted(alike), key=lambda slug: alike[slug])
        _move(connection, before, newsletter)
        _log.info("newsletter.adopted", newsletter=newsletter, before=before, issues=alike[before])


def _common(there: Iterable[Fingerprint], known: Iterable[Any]) -> int:
    """Return how many of the issues that are there are known by their text or by all their links."""
    texts: set[str] = set()
    links: set[frozenset[str]] = set()
    for row in known:
        texts |= {row.content, row.source} - {""}
        links.add(frozenset(row.links))
    return sum(
        each.content in texts or each.file_text in texts or (len(each.links) >= _MIN_LINKS and each.links in links)
        for each in there
    )


def _move(connection: Connection, before: str, after: str) -> None:
    """Have the rows of the newsletter `before` belong to `after`, and its files be known by their names there."""
    identities = tuple(connection.scalars(select(issues.c.identity).where(issues.c.newsletter == before)))
    names = connection.execute(select(slugs).where(is_among(slugs.c.identity, identities))).all()
    # The names before stay: an issue is found by each name that it ever had.
    renamed = [{"slug": _renamed(row.slug, before, after), "identity": row.identity} for row in names]
    if renamed:
        connection.execute(insert_new(connection, slugs), renamed)
    _rename(connection, issues_ahead, "slug", before, after)
    _rename(connection, broken_files, "file", before, after)
    for table in (issues, archive_looks, issues_ahead):
        there = table.c.newsletter == before
        connection.execute(update(table).where(there).values(newsletter=after))
    if before:  # who has all newsletters goes on to have them
        _move_subscriptions(connection, before, after)


def _move_subscriptions(connection: Connection, before: str, after: str) -> None:
    """Have the subscriptions to the newsletter `before` be to `after`, and their changes with them.

    Where a channel has one to each, that to `after` gives way: nothing was posted for it, since it had no issues.
    """
    columns, other = subscriptions.c, subscriptions.alias()
    same = and_(other.c.workspace == columns.workspace, other.c.channel == columns.channel)
    used = or_(*(exists().where(table.c.subscription == columns.id) for table in (deliveries, slots, older_issues)))
    was_there = exists().where(same, other.c.newsletter == before, ~other.c.ended)
    connection.execute(delete(subscriptions).where(columns.newsletter == after, was_there, ~used))
    is_there = exists().where(same, other.c.newsletter == after)
    moving = update(subscriptions).where(columns.newsletter == before, ~is_there)
    connection.execute(moving.values(newsletter=after))
    changes = subscription_audit.c.newsletter == before
    connection.execute(update(subscription_audit).where(changes).values(newsletter=after))


def _rename(connection: Connection, table: Table, column: str, before: str, after: str) -> None:
    """Give the files of a newsletter in `table` the names that they have by now."""
    name = table.c[column]
    prefix = f"{before}/" if before else ""
    for old in tuple(connection.scalars(select(name).where(table.c.newsletter.in_(("", before))))):
        new = _renamed(old, before, after)
        if old.startswith(prefix) and new != old:
            connection.execute(update(table).where(name == old).values({column: new}))


def _renamed(name: str, before: str, after: str) -> str:
    """Return the name of a file or slug of the newsletter `before` as one of `after`."""
    own = name.removeprefix(f"{before}/") if before else name
    return f"{after}/{own}" if after else own

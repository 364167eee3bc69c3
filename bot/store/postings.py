"""Which links a message shows: digests, shared answers, and other people's messages that somebody reacted to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, update

from bot.domain.bookmark import BookmarkLink, BookmarkSource, ShownLinks, links_json, links_of
from bot.domain.delivery import PostedPart, ShownEntry, State, shown_of
from bot.domain.workspace import WorkspaceId, enterprise_of
from bot.store.database import Database
from bot.store.membership import is_among
from bot.store.shrinking import parent_of, shrunk_at
from bot.store.tables import deliveries, parts, postings

BEFORE, AFTER = timedelta(minutes=1), timedelta(hours=1)
"""How far a message's ts (Slack's clock) may be from the attempt to post it (our clock)."""
FOREIGN = timedelta(days=1)
"""How long the links of another's message are stored, for the time in which a person chooses among them."""
_O = postings.c


class Postings:
    """The table of postings. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def begin(self, workspace: WorkspaceId, channel: str, links: tuple[BookmarkLink, ...], now: datetime) -> int:
        """Record that a message with `links` is about to be posted; return the row's id for `sent`."""
        row = {"workspace": workspace, "channel": channel, "ours": True, "links": links_json(links), "at": now}
        made = insert(postings).values(ts="", **row).returning(_O.id)
        return await self._database.write(lambda connection: int(connection.scalar(made) or 0))

    async def sent(self, posting: int, channel: str, ts: str) -> None:
        """Record where the message was posted."""
        done = update(postings).where(_O.id == posting).values(channel=channel, ts=ts)
        await self._database.change(done)

    async def dropped(self, posting: int) -> None:
        """Delete the record of a message that surely was not posted."""
        gone = delete(postings).where(_O.id == posting)
        await self._database.change(gone)

    async def foreign(
        self, workspace: WorkspaceId, channel: str, ts: str, links: tuple[BookmarkLink, ...], now: datetime
    ) -> None:
        """Store the links of another's message for a while, in place of those stored before."""
        row = {"workspace": workspace, "channel": channel, "ts": ts, "ours": False, "links": links_json(links)}

        def unit(connection: Connection) -> None:
            connection.execute(delete(postings).where(_O.ts == ts, _O.channel == channel, ~_O.ours))
            connection.execute(insert(postings).values(at=now, **row))

        await self._database.write(unit)

    async def shown(self, workspace: WorkspaceId, channel: str, ts: str, *, shared: bool = False) -> ShownLinks | None:
        """Return the links that the message shows, None if they are not known."""
        return await self._database.read(lambda connection: shown_on(connection, workspace, channel, ts, shared=shared))

    async def thread(self, channel: str, ts: str) -> str | None:
        """Return the ts of the digest's parent if `ts` is one of its replies, else None."""
        reply = select(parts.c.delivery).join(deliveries, deliveries.c.id == parts.c.delivery)
        reply = reply.where(parts.c.ts == ts, deliveries.c.channel == channel, parts.c.at != 0).limit(1)
        chosen = select(parts.c.ts).where(parts.c.delivery == reply.scalar_subquery(), parts.c.at == 0)
        return await self._database.read(
            lambda connection: connection.scalar(chosen) or parent_of(connection, channel, ts) or None
        )

    async def prune(self, now: datetime) -> int:
        """Delete old rows of others' messages and of messages that were never posted; return how many."""
        gone = delete(postings).where(_O.at < now - FOREIGN, or_(~_O.ours, _O.ts == ""))
        return await self._database.change(gone)


def posted(connection: Connection, workspace: WorkspaceId, channel: str, ts: str) -> PostedPart | None:
    """Return which part of which digest the message `ts` of the channel is, or None."""
    if not ts:  # parts that were not sent have none
        return None
    chosen = (
        select(deliveries.c.issue, parts.c.key, parts.c.shown)
        .join(deliveries, deliveries.c.id == parts.c.delivery)
        .where(parts.c.ts == ts, deliveries.c.workspace == workspace, deliveries.c.channel == channel)
    )
    row = connection.execute(chosen).first()
    if row is not None:
        return PostedPart(row.issue, row.key, shown_of(row.shown))
    here = (each for each in shrunk_at(connection, [ts]) if (each.workspace, each.channel) == (workspace, channel))
    return next((PostedPart(each.issue, each.ts, each.entries) for each in here), None)


def shown_on_all(
    connection: Connection, asked: Sequence[tuple[WorkspaceId, BookmarkSource]]
) -> list[ShownLinks | None]:
    """Return the links of many messages, as `shown_on` does for one."""
    times = list({source.ts for _, source in asked if source.ts})
    if not times:
        return [None for _ in asked]
    there: dict[tuple[str, str], list[tuple[WorkspaceId, ShownLinks]]] = {}
    for row in connection.execute(
        _PART.add_columns(parts.c.ts, deliveries.c.channel).where(is_among(parts.c.ts, times))
    ):
        there.setdefault((row.channel, row.ts), []).append((row.workspace, _shown(row.issue, shown_of(row.shown))))
    for row in connection.execute(_POSTING.add_columns(_O.ts, _O.channel).where(is_among(_O.ts, times))):
        shown_links = ShownLinks(links_of(row.links), row.ours)
        there.setdefault((row.channel, row.ts), []).append((row.workspace, shown_links))
    for each in shrunk_at(connection, times):
        there.setdefault((each.channel, each.ts), []).append((each.workspace, _shown(each.issue, each.entries)))
    return [
        next(
            (it for where, it in there.get((source.channel, source.ts), ()) if source.shared or _same(where, here)),
            None,
        )
        for here, source in asked
    ]


def _shown(issue: str, entries: Iterable[ShownEntry]) -> ShownLinks:
    return ShownLinks(
        tuple(BookmarkLink(each.url, each.headline, "", issue, each.position, each.number) for each in entries)
    )


_PART = select(deliveries.c.workspace, deliveries.c.issue, parts.c.shown).join(
    deliveries, deliveries.c.id == parts.c.delivery
)
_POSTING = select(_O.workspace, _O.links, _O.ours)


def shown_on(
    connection: Connection, workspace: WorkspaceId, channel: str, ts: str, *, shared: bool = False
) -> ShownLinks | None:
    """Return the links that a message shows, None if they are not known.

    A message belongs to one workspace or organisation, unless its channel is `shared` with others: then it may be any
    installation's, since the channel's id and the message's ts are the same for all.
    """
    if not ts:
        return None
    for row in connection.execute(_PART.where(parts.c.ts == ts, deliveries.c.channel == channel)):
        if shared or _same(row.workspace, workspace):
            return _shown(row.issue, shown_of(row.shown))
    for row in connection.execute(_POSTING.where(_O.ts == ts, _O.channel == channel)):
        if shared or _same(row.workspace, workspace):
            return ShownLinks(links_of(row.links), row.ours)
    for each in shrunk_at(connection, [ts]):
        if each.channel == channel and (shared or _same(each.workspace, workspace)):
            return _shown(each.issue, each.entries)
    return None


def unconfirmed(connection: Connection, workspace: WorkspaceId, channel: str, ts: str) -> bool:
    """Return whether `ts` may be a message of ours whose ts is not stored yet: a reaction may come before it is."""
    try:
        posted_at = datetime.fromtimestamp(float(ts), UTC)
        window = (posted_at - AFTER, posted_at + BEFORE)
    except (ValueError, OverflowError, OSError):
        return False
    waiting = select(parts.c.id).join(deliveries, deliveries.c.id == parts.c.delivery)
    of_channel = and_(deliveries.c.workspace == workspace, deliveries.c.channel == channel)
    unsure = parts.c.state.in_((State.SENDING.value, State.UNKNOWN.value))
    part = exists(waiting.where(of_channel, unsure, parts.c.attempted.between(*window)))
    on_its_way = exists(select(_O.id).where(_O.ts == "", _O.channel == channel, _O.at.between(*window)))
    return bool(connection.scalar(select(or_(part, on_its_way))))


def _same(one: WorkspaceId, other: WorkspaceId) -> bool:
    enterprise = enterprise_of(one)
    return one == other or (enterprise is not None and enterprise == enterprise_of(other))

"""What people keep by reacting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, select

from bot.record.delivery import PostedPart, State, shown_of
from bot.slack.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.tables import bookmarks, deliveries, insert, parts

BEFORE, AFTER = timedelta(minutes=1), timedelta(hours=1)
"""How far from its attempt, by the bot's clock, a message may have been posted by Slack's."""
KEPT = timedelta(days=1)
"""How long a wish is kept for a message that never became known."""
_B = bookmarks.c


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One entry that somebody kept: where they saw it, which issue (identity), position, address and headline."""

    channel: str
    ts: str
    issue: str
    position: int
    url: str
    headline: str
    at: datetime


class Bookmarks:
    """Who keeps which messages."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def keep(  # noqa: PLR0913, PLR0917 - one for each field of a reaction's event
        self, workspace: WorkspaceId, user: str, channel: str, ts: str, event_ts: str, now: datetime
    ) -> PostedPart | None:
        """Keep what the message `ts` shows. Give what that is, None when it is no message of a digest."""
        return await self._set(workspace, user, channel, ts, event_ts, now, kept=True)

    async def drop(  # noqa: PLR0913, PLR0917 - one for each field of a reaction's event
        self, workspace: WorkspaceId, user: str, channel: str, ts: str, event_ts: str, now: datetime
    ) -> PostedPart | None:
        """Keep it no longer. Give what it showed, None when it is no message of a digest."""
        return await self._set(workspace, user, channel, ts, event_ts, now, kept=False)

    async def list(
        self, workspace: WorkspaceId, user: str, offset: int = 0, limit: int = 10
    ) -> tuple[tuple[Bookmark, ...], int]:
        """Give a page of what the person keeps, newest first, each entry once, and how many there are in all."""
        chosen = (
            select(_B.channel, _B.ts, _B.at, deliveries.c.issue, parts.c.shown)
            .join(parts, parts.c.ts == _B.ts)
            .join(
                deliveries,
                and_(
                    deliveries.c.id == parts.c.delivery,
                    deliveries.c.workspace == _B.workspace,
                    deliveries.c.channel == _B.channel,
                ),
            )
            .where(_B.workspace == workspace, _B.user == user, _B.kept)
            .order_by(_B.at.desc(), _B.id.desc())
        )

        def unit(connection: Connection) -> dict[tuple[str, int], Bookmark]:
            found: dict[tuple[str, int], Bookmark] = {}
            for row in connection.execute(chosen):
                for entry in shown_of(row.shown):
                    mark = Bookmark(row.channel, row.ts, row.issue, entry.position, entry.url, entry.headline, row.at)
                    found.setdefault((row.issue, entry.position), mark)
            return found

        rows = tuple((await self._database.read(unit)).values())
        return rows[offset : offset + limit], len(rows)

    async def prune(self, now: datetime) -> int:
        """Forget the wishes of days past for messages that turned out to be none of a digest; give how many."""
        of_digest = exists(parts.c.id).where(
            parts.c.ts == _B.ts,
            deliveries.c.id == parts.c.delivery,
            deliveries.c.workspace == _B.workspace,
            deliveries.c.channel == _B.channel,
        )
        gone = delete(bookmarks).where(_B.at < now - KEPT, ~of_digest)
        return await self._database.write(lambda connection: int(connection.execute(gone).rowcount))

    async def _set(  # noqa: PLR0913, PLR0917 - as above
        self, workspace: WorkspaceId, user: str, channel: str, ts: str, event_ts: str, now: datetime, *, kept: bool
    ) -> PostedPart | None:
        """Write down the newest wish: in whatever order events come, an older one changes nothing."""
        values = {"event_ts": event_ts, "kept": kept, "at": now}

        def unit(connection: Connection) -> PostedPart | None:
            part = posted(connection, workspace, channel, ts)
            if part is None and not _in_doubt(connection, workspace, channel, ts):
                return None
            key = {"workspace": workspace, "user": user, "channel": channel, "ts": ts}
            row = insert(connection, bookmarks).values(**key, **values)
            newer = row.on_conflict_do_update(
                index_elements=list(key),
                set_=values,
                where=_B.event_ts < event_ts,
            )
            connection.execute(newer)
            return part

        return await self._database.write(unit)


def posted(connection: Connection, workspace: WorkspaceId, channel: str, ts: str) -> PostedPart | None:
    """Give what the message `ts` of the channel is, None when it is none of a digest."""
    if not ts:  # parts that were not sent have none
        return None
    chosen = (
        select(deliveries.c.issue, parts.c.key, parts.c.shown)
        .join(deliveries, deliveries.c.id == parts.c.delivery)
        .where(parts.c.ts == ts, deliveries.c.workspace == workspace, deliveries.c.channel == channel)
    )
    row = connection.execute(chosen).first()
    return None if row is None else PostedPart(row.issue, row.key, shown_of(row.shown))


def _in_doubt(connection: Connection, workspace: WorkspaceId, channel: str, ts: str) -> bool:
    """Say whether `ts` may be a message of ours that has no ts yet: its reaction may come before its row."""
    try:
        posted_at = datetime.fromtimestamp(float(ts), UTC)
        about = parts.c.attempted.between(posted_at - AFTER, posted_at + BEFORE)
    except (ValueError, OverflowError, OSError):
        return False
    waiting = select(parts.c.id).join(deliveries, deliveries.c.id == parts.c.delivery)
    of_channel = and_(deliveries.c.workspace == workspace, deliveries.c.channel == channel)
    in_doubt = parts.c.state.in_((State.SENDING.value, State.UNKNOWN.value))
    return bool(connection.scalar(select(exists(waiting.where(of_channel, in_doubt, about)))))

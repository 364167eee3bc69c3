"""What was asked and shown in threads with the bot, for a day: so that a follow-up can go on from it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from bot.domain.ask_thread import KEPT_HOURS, AskThread
from bot.store.database import Database
from bot.store.inserts import insert, insert_new
from bot.store.tables import ask_threads

MAX_STATE_CHARS = 16_000
"""A longer state is not stored: the thread begins again."""
_T = ask_threads.c


class AskThreads:
    """The table of threads. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def begin(self, thread: AskThread, ts: str, now: datetime) -> str | None:
        """Record that the message `ts` of a thread is answered now, and return the thread's state, "" for none.

        None: it was answered before, by this process or another, so it is not answered again. What is older than a day
        is deleted.
        """
        key = _key(thread)

        def unit(connection: Connection) -> str | None:
            connection.execute(delete(ask_threads).where(_T.at < now - timedelta(hours=KEPT_HOURS)))
            fresh = insert_new(connection, ask_threads)
            connection.execute(fresh.values(**_values(thread), last="", state="", at=now))
            row = connection.execute(select(_T.last, _T.state).where(key).with_for_update()).one()
            if row.last >= _sortable(ts):
                return None
            connection.execute(update(ask_threads).where(key).values(last=_sortable(ts), at=now))
            return str(row.state)

        return await self._database.write(unit)

    async def remember(self, thread: AskThread, state: str, now: datetime) -> None:
        """Store a thread's state."""
        if len(state) > MAX_STATE_CHARS:
            return

        def unit(connection: Connection) -> None:
            row = insert(connection, ask_threads).values(**_values(thread), last="", state=state, at=now)
            keys = ["workspace", "channel", "thread", "user"]
            changed = {"state": row.excluded.state, "at": row.excluded.at}
            connection.execute(row.on_conflict_do_update(index_elements=keys, set_=changed))

        await self._database.write(unit)


def _values(thread: AskThread) -> dict[str, str]:
    return {
        "workspace": str(thread.workspace),
        "channel": thread.channel,
        "thread": thread.thread,
        "user": thread.user,
    }


def _key(thread: AskThread) -> ColumnElement[bool]:
    return and_(*(_T[name] == value for name, value in _values(thread).items()))


def _sortable(ts: str) -> str:
    """Return one of Slack's timestamps so that text sorts as time does."""
    seconds, _, fraction = ts.partition(".")
    return f"{seconds.zfill(12)}.{fraction.ljust(6, '0')}"

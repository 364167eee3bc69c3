"""What was asked and shown in threads with the bot, for a day: so that a follow-up can go on from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, or_

from bot.domain.ask_thread import KEPT_HOURS, AskThread
from bot.store.database import Database
from bot.store.inserts import insert_of
from bot.store.tables import ask_threads

MAX_STATE_CHARS = 16_000
"""A longer state is not stored: the thread begins again."""
_T = ask_threads.c
_KEY = ("workspace", "channel", "thread", "user")


class AskThreads:
    """The table of threads. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def begin(self, thread: AskThread, ts: str, now: datetime) -> str | None:
        """Record that the message `ts` of a thread is answered now, and return the thread's state, "" for none.

        None: it was answered before, by this process or another, so it is not answered again. A state that is older
        than a day counts as none.
        """
        values = {**_values(thread), "last": _sortable(ts), "at": now, "oldest": _oldest(now)}

        def unit(connection: Connection) -> str | None:
            state: str | None = connection.execute(_beginning(connection.dialect.name), values).scalar()
            return state

        return await self._database.write(unit)

    async def remember(self, thread: AskThread, state: str, now: datetime) -> None:
        """Store a thread's state; what is older than a day is deleted."""
        if len(state) <= MAX_STATE_CHARS:
            await self._database.write_one_of(_remember, {**_values(thread), "state": state, "at": now})


@lru_cache(maxsize=2)
def _beginning(dialect: str) -> Any:
    """Return the statement that begins a message unless it, or one after it, was begun before; it returns the state."""
    row = insert_of(dialect, ask_threads).values(**_bound("last", "at"), state="")
    past = _T.at < bindparam("oldest")
    changed = {"last": row.excluded.last, "at": row.excluded.at, "state": case((past, ""), else_=_T.state)}
    fresh = or_(_T.last < row.excluded.last, past)
    return row.on_conflict_do_update(index_elements=_KEY, set_=changed, where=fresh).returning(_T.state)


@lru_cache(maxsize=2)
def _remembering(dialect: str) -> Any:
    row = insert_of(dialect, ask_threads).values(**_bound("state", "at"), last="")
    return row.on_conflict_do_update(index_elements=_KEY, set_={"state": row.excluded.state, "at": row.excluded.at})


def _remember(connection: Connection, rows: Sequence[dict[str, Any]]) -> Sequence[None]:
    """Store the states of many threads."""
    oldest = _oldest(max(row["at"] for row in rows))
    connection.execute(delete(ask_threads).where(_T.at < oldest))
    connection.execute(_remembering(connection.dialect.name), rows)
    return [None] * len(rows)


def _bound(*more: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in (*_KEY, *more)}


def _oldest(now: datetime) -> datetime:
    return now - timedelta(hours=KEPT_HOURS)


def _values(thread: AskThread) -> dict[str, str]:
    return {
        "workspace": str(thread.workspace),
        "channel": thread.channel,
        "thread": thread.thread,
        "user": thread.user,
    }


def _sortable(ts: str) -> str:
    """Return one of Slack's timestamps so that text sorts as time does."""
    seconds, _, fraction = ts.partition(".")
    return f"{seconds.zfill(12)}.{fraction.ljust(6, '0')}"

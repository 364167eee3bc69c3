"""Digests that can't be corrected any more: each message shrinks to what a later reaction needs.

That is its ts, its place in the digest and the entries it shows, which are stored once for all channels. A shrunk
digest is never edited or continued (`deliveries.shrunk`): what its messages were made of is gone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, false, insert, select, update

from bot.domain.delivery import PartRow, Progress, ShownEntry, State, shown_json, shown_of
from bot.domain.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.inserts import insert_new
from bot.store.membership import is_among
from bot.store.tables import deliveries, parts, shrunk_entries, shrunk_messages

DIGESTS_AT_ONCE = 100
"""Digests that one transaction shrinks: others wait for it about 50 ms."""
DIGESTS_A_PASS = 2_000
"""Digests that one call shrinks at most, so that years of them from an earlier release take no worker's hour."""
_TS = re.compile(r"[1-9]\d{0,11}\.\d{6}", re.ASCII)
"""What a ts of Slack's looks like (reference/methods/chat.postMessage)."""
_D, _P, _M, _E = deliveries.c, parts.c, shrunk_messages.c, shrunk_entries.c
_THERE = (Progress.POSTING.value, Progress.DONE.value)
_SETTLED = (State.SENT.value, State.SKIPPED.value)


class Shrinking:
    """Shrinks digests, and looks shrunk messages up."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def run(self, edge: datetime) -> int:
        """Shrink digests that were decided before `edge`, which nothing can correct any more; return how many."""
        done = 0
        while done < DIGESTS_A_PASS:
            ids = await self._database.read(lambda connection: connection.scalars(_candidates(edge)).all())
            if not ids:
                break
            done += await self._database.write(partial(_shrink, ids=ids, edge=edge))
        return done


@dataclass(frozen=True, slots=True)
class ShrunkMessage:
    """A message of a shrunk digest: where it is, the identity of its issue, and the entries that it shows."""

    workspace: WorkspaceId
    channel: str
    ts: str
    issue: str
    entries: tuple[ShownEntry, ...]


def _shrinkable(edge: datetime) -> Any:
    """Return the condition that nothing will change a digest any more, and that its channel has a newer one.

    The newest is what the next one is looked for after. Where a person may still have a message posted, none shrinks.
    """
    newer = deliveries.alias()
    later = exists().where(
        newer.c.workspace == _D.workspace,
        newer.c.channel == _D.channel,
        newer.c.id > _D.id,
        newer.c.progress.in_(_THERE),
    )
    open_ = exists().where(_P.delivery == _D.id, _P.state.not_in(_SETTLED))
    whole = and_(_D.shrunk.is_(false()), _D.decided < edge, _D.progress == Progress.DONE.value)
    return and_(whole, later, ~open_)


def _candidates(edge: datetime) -> Any:
    return select(_D.id).where(_shrinkable(edge)).order_by(_D.decided).limit(DIGESTS_AT_ONCE)


def _shrink(connection: Connection, ids: Sequence[int], edge: datetime) -> int:
    """Shrink those of the digests that still may be; another worker may have shrunk them meanwhile."""
    chosen = select(_D.id).where(is_among(_D.id, ids)).order_by(_D.id).with_for_update()
    mark = update(deliveries).where(_D.id.in_(chosen), _shrinkable(edge)).values(shrunk=True)
    mine = list(connection.scalars(mark.returning(_D.id)))
    sent = and_(is_among(_P.delivery, mine), _P.state == State.SENT.value)
    rows = [
        row
        for row in connection.execute(select(_P.id, _P.delivery, _P.at, _P.ts, _P.shown).where(sent))
        if microseconds_of(row.ts) is not None
    ]
    if rows:
        shown = {row.shown: shown_of(row.shown) for row in rows}
        numbers = _numbers(connection, {entry for entries in shown.values() for entry in entries})
        connection.execute(
            insert_new(connection, shrunk_messages),
            [
                {
                    "ts": microseconds_of(row.ts),
                    "delivery": row.delivery,
                    "at": row.at,
                    "entries": in_order(numbers[entry] for entry in shown[row.shown]),
                }
                for row in rows
            ],
        )
        connection.execute(delete(parts).where(is_among(_P.id, [row.id for row in rows])))
    return len(mine)


def _numbers(connection: Connection, entries: Iterable[ShownEntry]) -> dict[ShownEntry, int]:
    """Return the entries' ids; those that are not stored yet are."""
    hashes = {_hash(entry): entry for entry in sorted(entries, key=lambda entry: entry.position)}
    known = _known(connection, hashes)
    if missing := [_row(name, entry) for name, entry in hashes.items() if name not in known]:
        connection.execute(insert_new(connection, shrunk_entries), missing)
        known = _known(connection, hashes)
    return {entry: known[name] for name, entry in hashes.items()}


def _known(connection: Connection, hashes: Iterable[str]) -> dict[str, int]:
    chosen = select(_E.hash, _E.id).where(is_among(_E.hash, list(hashes)))
    return {row.hash: row.id for row in connection.execute(chosen)}


def _row(name: str, entry: ShownEntry) -> dict[str, Any]:
    said = {"position": entry.position, "url": entry.url, "headline": entry.headline, "number": entry.number}
    return {"hash": name, **said}


def _hash(entry: ShownEntry) -> str:
    written = json.dumps([entry.position, entry.url, entry.headline, *filter(None, [entry.number])])
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def microseconds_of(ts: str) -> int | None:
    """Return a ts of Slack's as a number, None for any other text."""
    return int(ts.replace(".", "")) if _TS.fullmatch(ts) else None


def ts_of(number: int) -> str:
    """Return the ts that `microseconds_of` read."""
    return f"{number // 1_000_000}.{number % 1_000_000:06d}"


def in_order(numbers: Iterable[int]) -> str:
    """Return numbers as a text of runs, in the order in which they are given.

    >>> in_order([5, 6, 7, 3])
    '5-7,3'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in runs)


def of_order(text: str) -> Iterator[int]:
    """Return the numbers that `in_order` wrote."""
    for run in filter(None, text.split(",")):
        first, _, last = run.partition("-")
        yield from range(int(first), int(last or first) + 1)


def entries_of(connection: Connection, texts: Iterable[str]) -> dict[str, tuple[ShownEntry, ...]]:
    """Return the entries that each of these columns `entries` names, in order."""
    named = {text: tuple(of_order(text)) for text in texts}
    chosen = select(shrunk_entries).where(is_among(_E.id, sorted({each for ids in named.values() for each in ids})))
    found = {row.id: ShownEntry(row.position, row.url, row.headline, row.number) for row in connection.execute(chosen)}
    return {text: tuple(found[each] for each in ids if each in found) for text, ids in named.items()}


def shrunk_at(connection: Connection, times: Iterable[str]) -> list[ShrunkMessage]:
    """Return the shrunk messages of any of these ts, of whatever channel."""
    wanted = [number for number in map(microseconds_of, times) if number is not None]
    if not wanted:
        return []
    chosen = select(_D.workspace, _D.channel, _D.issue, _M.ts, _M.entries).join(deliveries, _D.id == _M.delivery)
    rows = connection.execute(chosen.where(is_among(_M.ts, wanted))).all()
    entries = entries_of(connection, {row.entries for row in rows}) if rows else {}
    return [ShrunkMessage(row.workspace, row.channel, ts_of(row.ts), row.issue, entries[row.entries]) for row in rows]


def parent_of(connection: Connection, channel: str, ts: str) -> str | None:
    """Return the ts of a shrunk digest's channel message if `ts` is one of its replies, else None."""
    reply = select(_M.delivery).join(deliveries, _D.id == _M.delivery)
    reply = reply.where(_M.ts == microseconds_of(ts), _D.channel == channel, _M.at != 0).limit(1)
    found = connection.scalar(select(_M.ts).where(_M.delivery == reply.scalar_subquery(), _M.at == 0))
    return None if found is None else ts_of(found)


def shrunk_parts(connection: Connection, chosen: Iterable[int]) -> dict[int, list[PartRow]]:
    """Return the shrunk messages of deliveries as parts, each delivery's in order; their ids and keys are lost."""
    found: dict[int, list[PartRow]] = {}
    rows = select(shrunk_messages).where(is_among(_M.delivery, list(chosen))).order_by(_M.delivery, _M.at)
    for row in connection.execute(rows):
        ts = ts_of(row.ts)
        found.setdefault(row.delivery, []).append(PartRow(0, row.delivery, ts, row.at, State.SENT, ts))
    return found


def restore(connection: Connection, chosen: Iterable[int]) -> None:
    """Make the messages of shrunk deliveries parts again, so that they can be deleted in Slack."""
    mine = is_among(_M.delivery, list(chosen))
    rows = connection.execute(select(shrunk_messages).where(mine)).all()
    if rows:
        entries = entries_of(connection, {row.entries for row in rows})
        connection.execute(insert(parts), [_restored(row, entries[row.entries]) for row in rows])
        whole = is_among(_D.id, {row.delivery for row in rows})
        connection.execute(update(deliveries).where(whole).values(shrunk=False))
        connection.execute(delete(shrunk_messages).where(mine))


def _restored(row: Any, shown: tuple[ShownEntry, ...]) -> dict[str, Any]:
    ts = ts_of(row.ts)
    place = {"delivery": row.delivery, "key": ts, "at": row.at, "attempt": 1}
    return {**place, "state": State.SENT.value, "ts": ts, "shown": shown_json(shown)}

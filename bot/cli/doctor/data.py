"""What the doctor asks the database: its address, its tables, and what it says of who posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.cli.doctor.finding import Area, Finding, Symptom
from bot.domain.gap import ALLOWED, Heartbeat
from bot.domain.second_bot import Sighting
from bot.domain.workspace import WorkspaceId
from bot.runtime.clock import SystemClock
from bot.store import migrate
from bot.store.backup import damage
from bot.store.diagnosis import file_of, write_fault
from bot.store.errors import DatabaseUrlError, SchemaError, StoreError
from bot.store.store import Store


@dataclass(frozen=True, slots=True)
class Stored:
    """What the doctor reads from the database.

    The last heartbeat of a worker, the subscribed channels, and the second bots that were seen lately.
    """

    beat: Heartbeat | None
    channels: tuple[tuple[WorkspaceId, str], ...]
    second_bots: tuple[Sighting, ...] = ()


def database(url: str) -> Area:
    """Return whether the database can be used; nothing in it is changed."""
    try:
        file = file_of(url)
        if file is not None and not file.exists():
            return _without_file(file)
        if finding := _in_file(url):
            return Area("database", findings=(finding,))
        migrate.check(url)
    except StoreError as error:
        return Area("database", findings=(_refused(error),))
    return Area("database", f"its tables are at version {migrate.newest()}")


def _in_file(url: str) -> Finding | None:
    """Return what is wrong with the file of a SQLite database, None for nothing."""
    if fault := damage(url):
        mend = "put a copy back with: backissue db restore FILE"
        return Finding(Symptom.DATABASE_DAMAGED, f"the file {file_of(url)} is damaged ({fault})", mend)
    if fault := write_fault(url):
        mend = "let this user write the file and its folder, and stop what holds it"
        return Finding(Symptom.DATABASE_NOT_WRITABLE, f"{file_of(url)} takes no write ({fault})", mend)
    return None


def _refused(error: StoreError) -> Finding:
    if isinstance(error, SchemaError):
        return _tables(error)
    if isinstance(error, DatabaseUrlError):
        mend = "write DATABASE_URL as sqlite:///FILE or postgresql://USER@HOST/NAME"
        return Finding(Symptom.DATABASE_ADDRESS, str(error), mend)
    return Finding(Symptom.DATABASE_AWAY, str(error), "start the database, or mend DATABASE_URL")


def _without_file(file: Path) -> Area:
    if file.parent.is_dir():
        return Area("database", f"{file} is made at the first start")
    mend = "make the folder, or mend DATABASE_URL (an absolute path has four slashes: sqlite:////var/…)"
    what = f"there is no folder {file.parent} for the database"
    return Area("database", findings=(Finding(Symptom.DATABASE_AWAY, what, mend),))


def _tables(error: SchemaError) -> Finding:
    if error.found is not None and error.found > error.wanted:
        mend = f"install the newer release, or with it run: backissue db downgrade {error.wanted}"
    else:
        mend = "run: backissue db upgrade"
    found = error.found or "none"
    what = f"its tables are at version {found}; this release needs {error.wanted}"
    return Finding(Symptom.DATABASE_TABLES, what, mend)


async def stored(url: str) -> Stored | None:
    """Return what the database says, None if it cannot be read."""
    try:
        if (file := file_of(url)) is not None and not file.exists():
            return None
        store = Store.open(url)
    except StoreError:
        return None
    try:
        places = tuple((one.workspace, one.channel) for one in await store.subscriptions.list())
        seen = await store.second_bots.list(SystemClock().now())
        return Stored(await store.heartbeats.last(), places, seen)
    except StoreError:
        return None
    finally:
        await store.close()


def second_bots(held: Stored | None) -> Area:
    """Return whether another bot was seen that posts the same digests from another database."""
    found = tuple(
        Finding(
            Symptom.SECOND_BOT,
            f"another copy of the bot, with another database, posted in {seen.channel} ({seen.seen:%d %b %H:%M} UTC)",
            "stop one of the two, or give both the same DATABASE_URL; look on other machines that have this token",
        )
        for seen in (held.second_bots if held else ())
    )
    return Area("other bots", "" if held is None else "none was seen", found)


def processes(page: Mapping[str, Any] | None, held: Stored | None, now: datetime) -> Area:
    """Return whether the bot that answers on this machine, by its health `page`, and this database belong together."""
    beat = held.beat if held else None
    alive = beat is not None and not beat.stopped and now - beat.at <= ALLOWED
    if held is None or page is None:
        return Area("processes", "a worker runs" if alive else "none runs here")
    if page.get("posting") is True and not alive:
        what = "the bot that runs here posts, and this database knows of no worker: it uses another one"
        mend = "give every process the same DATABASE_URL; a relative sqlite:///FILE depends on the working folder"
        return Area("processes", findings=(Finding(Symptom.TWO_DATABASES, what, mend),))
    if not alive:
        what = "the bot answers, and nobody posts: no worker has run for ten minutes"
        mend = "start `backissue worker` with the same DATABASE_URL, or `backissue serve` without --web-only"
        return Area("processes", findings=(Finding(Symptom.NOBODY_POSTS, what, mend),))
    return Area("processes", "one answers, and a worker runs")

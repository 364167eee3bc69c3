"""Bringing a database's tables up to date, and checking that they are.

Alembic is imported only where migrations are run: most starts have none to run, and the import takes 0.06 s of CPU.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

from bot.store import database
from bot.store.database import address, engine_of, shown
from bot.store.errors import SchemaError, StoreError
from bot.store.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

_VERSION_TABLE = (
    "CREATE TABLE alembic_version "
    "(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
"""The table in which Alembic keeps the version, as Alembic makes it."""
SILENT = 1.0
"""Seconds that the database may keep a start waiting before the log says so."""
_HERE = Path(__file__).parent / "migrations"
_TURN = threading.Lock()
"""One upgrade at a time: a migration's operations (alembic.op) go to whichever connection came last in the process."""
# The standard library's: commands that set up no log are heard on stderr all the same, never in their output.
_log = logging.getLogger(__name__)


def upgrade(url: str) -> str:
    """Bring the tables of the database at `url` up to date; give the version they are at now.

    Does nothing to a database that already is. Raises DatabaseUrlError or StoreError.
    """
    engine = engine_of(url)
    try:
        with _TURN, _telling(url), engine.connect() as connection:
            found = _version(connection)
            if found is not None and found > newest():
                raise SchemaError(shown(address(url)), found, newest())
            if _is_new_file(connection):
                _create(connection)
            elif found != newest():
                connection.rollback()  # Alembic commits only a transaction that it began itself
                _migrate(connection)
    except DatabaseError as error:
        raise _unreachable(url, error) from error
    finally:
        engine.dispose()
    return newest()


def check(url: str) -> None:
    """Raise SchemaError when the tables are not those of this version, StoreError when there is no database."""
    _must_exist(url)
    engine = engine_of(url, writes=False)
    try:
        with _telling(url), engine.connect() as connection:
            found = _version(connection)
    except DatabaseError as error:
        raise _unreachable(url, error) from error
    finally:
        engine.dispose()
    if found != newest():
        raise SchemaError(shown(address(url)), found, newest())


def downgrade(url: str, version: str) -> str:
    """Take the tables of the database at `url` back to `version`, so that an older release can use them; return it.

    Raises SchemaError or StoreError, with nothing changed.
    """
    from alembic import command  # noqa: PLC0415 - see above

    check(url)
    if version not in versions():
        raise StoreError(f"go back to version {version!r}", f"the versions are {', '.join(versions())}")
    engine = engine_of(url)
    try:
        with _TURN, _telling(url), engine.connect() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.downgrade(config, version)
    except DatabaseError as error:
        raise _unreachable(url, error) from error
    finally:
        engine.dispose()
    return version


def versions() -> tuple[str, ...]:
    """Return the versions of the tables that this code can go back to, the oldest first."""
    return tuple(sorted(path.name.partition("_")[0] for path in (_HERE / "versions").glob("[0-9]*_*.py")))


def _must_exist(url: str) -> None:
    """Raise StoreError where the address names a SQLite file that is not there: opening it would make an empty one."""
    place = address(url)
    if place.drivername == "sqlite" and not Path(str(place.database)).exists():
        reason = f"there is no file {place.database}; check DATABASE_URL, or run: backissue db upgrade"
        raise StoreError(f"be opened at {shown(place)}", reason)


def newest() -> str:
    """Return the version of the tables that this code works with: the number that the last migration's file has."""
    return max(path.name for path in (_HERE / "versions").glob("[0-9]*_*.py")).partition("_")[0]


def _version(connection: Connection) -> str | None:
    """Return the version that the tables are at, as Alembic keeps it; None if there are no tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return ", ".join(sorted(connection.scalars(text("SELECT version_num FROM alembic_version")))) or None


def _is_new_file(connection: Connection) -> bool:
    """Return whether this is a SQLite file without any table."""
    return connection.dialect.name == "sqlite" and not inspect(connection).get_table_names()


def _create(connection: Connection) -> None:
    """Make the newest tables in an empty SQLite file, as the migrations would, in a tenth of the time.

    The transaction has SQLite's write lock since it began: of two that start at once, the second finds the tables.
    """
    metadata.create_all(connection, checkfirst=False)
    connection.execute(text(_VERSION_TABLE))
    connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": newest()})
    connection.commit()


def _migrate(connection: Connection) -> None:
    """Run the migrations that the database lacks."""
    from alembic import command  # noqa: PLC0415 - see above

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _telling(url: str) -> Iterator[None]:
    """Say on the log what is waited for, once it has taken a while: most often a file that another program locks."""
    place = address(url)
    said = f"the database at {shown(place)} does not answer yet; waiting"
    if place.drivername == "sqlite":
        seconds = f"{database.BUSY_MS / 1000:g}"
        said = f"another program has the database file {place.database} locked; waiting up to {seconds} s for it"
    timer = threading.Timer(SILENT, _log.warning, (said,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _unreachable(url: str, error: DatabaseError) -> StoreError:
    """Say what kept the database from being opened: a file that is none, a server that is away."""
    place = address(url)
    cause = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    if place.drivername == "sqlite" and "locked" in cause:
        step = "another program has this file open; close it there, or stop the other bot, then start again"
    elif place.drivername == "sqlite":
        step = "check that its folder exists and may be written, and that the file is a SQLite database"
    else:
        step = "check DATABASE_URL and that the server runs"
    return StoreError(f"be opened at {shown(place)}", f"{cause}; {step}")

"""Bringing a database's tables up to date, and checking that they are."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DatabaseError

from bot.store.database import address, engine_of
from bot.store.errors import SchemaError, StoreError

_HERE = Path(__file__).parent / "migrations"


def upgrade(url: str) -> str:
    """Bring the tables of the database at `url` up to date; give the version they are at now.

    Does nothing to a database that already is. Raises DatabaseUrlError or StoreError.
    """
    engine = engine_of(url)
    try:
        with engine.connect() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise _unreachable(url, error) from error
    finally:
        engine.dispose()
    return newest()


def check(url: str) -> None:
    """Raise SchemaError when the tables are not those of this version, StoreError when there is no database."""
    engine = engine_of(url, writes=False)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except DatabaseError as error:
        raise _unreachable(url, error) from error
    finally:
        engine.dispose()
    if found != newest():
        raise SchemaError(address(url).render_as_string(hide_password=True), found, newest())


def newest() -> str:
    """Give the version of the tables that this code works with."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _unreachable(url: str, error: DatabaseError) -> StoreError:
    """Say what kept the database from being opened: a file that is none, a server that is away."""
    place = address(url)
    cause = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    if place.drivername == "sqlite":
        step = (
            "check that its folder exists and may be written, and that the file is a SQLite database that nobody locks"
        )
    else:
        step = "check DATABASE_URL and that the server runs"
    return StoreError(f"be opened at {place.render_as_string(hide_password=True)}", f"{cause}; {step}")

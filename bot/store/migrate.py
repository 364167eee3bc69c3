"""Bringing a database's tables up to date, and checking that they are."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

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
    except OperationalError as error:
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
    except OperationalError as error:
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


def _unreachable(url: str, error: OperationalError) -> StoreError:
    shown = address(url).render_as_string(hide_password=True)
    cause = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    return StoreError(f"be reached at {shown}", f"{cause}; check DATABASE_URL and that the server runs")

"""The commands of `backissue db`, their options and their help; their work is in `bot.cli.database`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

database = typer.Typer(name="db", no_args_is_help=True, help="The database that subscriptions and bookmarks are in.")


@database.command("backup")
def backup(file: Annotated[Path, typer.Argument(help="The file to write, which is not there yet.")]) -> None:
    """Copy the database, while the bot runs: with SQLite's own backup, or with pg_dump."""
    from bot.cli.database import backup as run_it

    run_it(file)


@database.command("restore")
def restore(file: Annotated[Path, typer.Argument(help="A file that `db backup` wrote.")]) -> None:
    """Put a copy in the place of the database, with everything that is in it now gone."""
    typer.confirm(f"Replace the database by {file}? What it holds now is lost.", abort=True)
    from bot.cli.database import restore as run_it

    run_it(file)


@database.command("downgrade")
def downgrade(
    version: Annotated[str, typer.Argument(help="The version of the tables that the older release needs.")],
) -> None:
    """Take the tables back to those of an older release, before that is started."""
    typer.confirm("Take the tables back? What only newer tables hold is lost; `db backup` first.", abort=True)
    from bot.cli.database import downgrade as run_it

    run_it(version)


@database.command("upgrade")
def upgrade() -> None:
    """Upgrade the database to this version. Safe to repeat."""
    from bot.cli.deliveries import upgrade as run_it

    run_it()

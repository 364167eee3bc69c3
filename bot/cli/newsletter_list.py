"""The commands of `backissue newsletters`, their options and their help; their work is in modules of their names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Archive, SearchFormat

newsletter_list = typer.Typer(name="newsletters", invoke_without_command=True)


@newsletter_list.callback()
def newsletters(
    context: typer.Context,
    archive: Archive = None,
    *,
    output: Annotated[SearchFormat, typer.Option("--format", help="How they are listed.")] = SearchFormat.TABLE,
) -> None:
    """List the newsletters in the archive's folder, and what is wrong with each."""
    if context.invoked_subcommand is None:
        from bot.cli.newsletters import newsletters as run_it

        run_it(archive, as_json=output is SearchFormat.JSONL)
    elif (source := context.get_parameter_source("archive")) and source.name == "COMMANDLINE":
        context.obj = archive  # said before the sub-command: it counts before the environment there, too


@newsletter_list.command()
def add(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder of the newsletter's issues.")],
    archive: Archive = None,
    *,
    slug: Annotated[str | None, typer.Option(help="What it is called by.", show_default="from the folder")] = None,
    name: Annotated[str | None, typer.Option(help="What people read.", show_default="from newsletter.toml")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Name one more newsletter in newsletters.toml, after showing what is in its folder."""
    from bot.cli.newsletter_changes import add as run_it

    run_it(folder, context.obj or archive, confirm=(lambda _: True) if yes else typer.confirm, slug=slug, name=name)


@newsletter_list.command()
def remove(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="What the newsletter is called by.")],
    archive: Archive = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Take a newsletter out of newsletters.toml. Its folder stays as it is."""
    from bot.cli.newsletter_changes import remove as run_it

    run_it(slug, context.obj or archive, confirm=(lambda _: True) if yes else typer.confirm)

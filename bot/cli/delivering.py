"""The commands of `backissue deliveries`, their options and their help; their work is in modules of their names."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.options import Archive

delivering = typer.Typer(name="deliveries", invoke_without_command=True)


@delivering.callback()
def deliveries(
    context: typer.Context,
    workspace: Annotated[str | None, typer.Option(help="Only this workspace (its id).", show_default=False)] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel (its id).", show_default=False)] = None,
    issue: Annotated[str | None, typer.Option(help="Only this issue (its slug or number).", show_default=False)] = None,
    state: Annotated[str | None, typer.Option(help="Only this state.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=10000, help="How many, newest first.")] = 50,
    archive: Archive = None,
) -> None:
    """List what each channel gets next, what waits and why; then what was posted, what was not, and why."""
    from bot.cli.deliveries import DeliveryFilter
    from bot.cli.deliveries import deliveries as run_it

    if context.invoked_subcommand is None:
        run_it(DeliveryFilter(workspace, channel, issue, state, limit), archive)


@delivering.command("mark-seen")
def mark_seen(
    workspace: Annotated[str | None, typer.Option(help="Only this workspace (its id).", show_default=False)] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel (its id).", show_default=False)] = None,
    archive: Archive = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Mark what no channel has got yet as seen: it is not posted by itself, and nobody is asked about it."""
    from bot.cli.deliveries import DeliveryFilter
    from bot.cli.mark_seen import mark_seen as run_it

    run_it(DeliveryFilter(workspace, channel), archive, (lambda _: True) if yes else typer.confirm)


@delivering.command()
def retract(
    issue: Annotated[str, typer.Argument(help="The issue: its slug or number.")],
    workspace: Annotated[str | None, typer.Option(help="Only in this workspace (its id).")] = None,
    channel: Annotated[str | None, typer.Option(help="Only in this channel (its id).")] = None,
    archive: Archive = None,
    *,
    everywhere: Annotated[bool, typer.Option("--all", help="In all channels.")] = False,
) -> None:
    """Take an issue back: delete the bot's own messages of it, and do not post it again. What people saved stays."""
    from bot.cli.retract import retract as run_it

    run_it(issue, workspace, channel, archive, everywhere=everywhere)


@delivering.command()
def post(
    issue: Annotated[str, typer.Argument(help="The issue: its slug or number.")],
    workspace: Annotated[str | None, typer.Option(help="Only in this workspace (its id).")] = None,
    channel: Annotated[str | None, typer.Option(help="Only in this channel (its id).")] = None,
    archive: Archive = None,
    *,
    everywhere: Annotated[bool, typer.Option("--all", help="In all channels where it was taken back.")] = False,
) -> None:
    """Post an issue again that was taken back: as a new digest, in the channels where it was."""
    from bot.cli.retract import post as run_it

    run_it(issue, workspace, channel, archive, everywhere=everywhere)

"""The commands, their options and their help. Each command's work is in the module of its name, imported when it runs.

Nothing heavy is imported here, so that `--help` is quick.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from archive.errors import BackIssueError
from bot.cli.db import database
from bot.cli.delivering import delivering
from bot.cli.newsletter_list import newsletter_list
from bot.cli.options import Archive, AskFormat, ExportFormat, SearchFormat, Source, Synonyms

app = typer.Typer(
    name="backissue",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A newsletter's archive in Slack: digests on schedule, links on demand, bookmarks by reaction.",
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer calls it
    if asked:
        from importlib.metadata import version

        typer.echo(f"backissue {version('backissue')}")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """A newsletter's archive in Slack: digests on schedule, links on demand, bookmarks by reaction."""
    del version


app.add_typer(database)
app.add_typer(delivering)
app.add_typer(newsletter_list)


@app.command()
def serve(
    archive: Archive = None,
    port: Annotated[Optional[int], typer.Option(help="Where HTTP is served (or PORT).", show_default="3000")] = None,
    source: Source = None,
    *,
    web_only: Annotated[bool, typer.Option("--web-only", help="Answer only; `backissue worker` posts.")] = False,
) -> None:
    """Run the bot: answer commands and reactions, and post digests when they are due.

    With SLACK_APP_TOKEN set it connects by Socket Mode (no public address needed), otherwise it serves HTTP on PORT.
    """
    _hurry()
    from bot.cli.serve import serve as run_it

    run_it(archive, port, source, post=not web_only)


@app.command()
def worker(archive: Archive = None, source: Source = None) -> None:
    """Post digests only. Run as many as you like beside `serve --web-only`; they are all alike."""
    _hurry()
    from bot.cli.serve import work

    work(archive, source)


@app.command()
def demo(
    archive: Archive = None,
    port: Annotated[
        Optional[int],
        typer.Option(min=0, max=65535, help="Where the page is.", show_default="8765, or the next free one"),
    ] = None,
    source: Source = None,
    *,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page.", show_default=False)] = True,
    empty: Annotated[bool, typer.Option("--empty", help="Begin without messages and subscriptions.")] = False,
) -> None:
    """Try Back Issue with no Slack account: a stand-in workspace on this machine, in your browser."""
    _hurry()
    from bot.cli.demo import demo as run_it

    run_it(archive, port, source, browse=browser, empty=empty)


@app.command()
def check(archive: Archive = None) -> None:
    """List what is wrong in an archive, by file and line. Exit 1 if anything was lost."""
    from bot.cli.check import check as run_it

    raise typer.Exit(run_it(archive))


@app.command()
def show(
    issue: Annotated[str, typer.Argument(help="A number (435), a slug (2019-05-05-435) or latest.")],
    archive: Archive = None,
) -> None:
    """Show one issue as its readers read it."""
    from bot.cli.show import show as run_it

    run_it(archive, issue)


# So that -word reaches the query, even where the word begins with h.
@app.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
def search(
    query: Annotated[Optional[list[str]], typer.Argument(help="What to look for.", show_default=False)] = None,
    archive: Archive = None,
    synonyms: Synonyms = None,
    *,
    queries: Annotated[
        Optional[Path],
        typer.Option(help="A JSON Lines file of {id, query} to answer instead.", show_default=False),
    ] = None,
    output: Annotated[SearchFormat, typer.Option("--format", help="How results are written.")] = SearchFormat.TABLE,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many results.")] = 10,
    explain: Annotated[bool, typer.Option("--explain", help="Say why each result matched.")] = False,
) -> None:
    """Find entries: misspelt, abbreviated or asked as a question.

    Filters: "exact phrase", -word, in:tools, site:github.com, issue:435, from:sre-weekly, after:2018, year:2019.
    Also: before:2020-06, kafka OR rabbitmq, kafka since 2020, latest kafka, sort:new, an issue's number, an address.
    """
    from bot.cli.search import search as run_it

    text = " ".join(query or ())
    if not text.strip() and queries is None:
        raise typer.BadParameter("say what to look for, for example: backissue search service mesh", param_hint="query")
    run_it(
        archive,
        text,
        synonyms=synonyms,
        queries=queries,
        as_json=output is SearchFormat.JSONL,
        limit=limit,
        explain=explain,
    )


@app.command()
def ask(
    message: Annotated[Optional[list[str]], typer.Argument(help="A message, as in Slack.", show_default=False)] = None,
    archive: Archive = None,
    *,
    answers: Annotated[Optional[Path], typer.Option(help="A JSON Lines file of questions.", show_default=False)] = None,
    intents: Annotated[Optional[Path], typer.Option(help="A file of messages to be read.", show_default=False)] = None,
    dialogues: Annotated[Optional[Path], typer.Option(help="A file of threads.", show_default=False)] = None,
    output: Annotated[AskFormat, typer.Option("--format", help="How a file is answered.")] = AskFormat.JSONL,
    now: Annotated[str, typer.Option(help="The moment that days count from, as 2024-03-27T12:00+00:00.")] = "",
) -> None:
    """Answer a question in the newsletter's own words, as a direct message would be answered."""
    from bot.cli import ask as asking

    del output  # there is one
    files = {"answers": answers, "intents": intents, "dialogues": dialogues}
    text = " ".join(message or ())
    for what, file in files.items():
        if file:
            asking.ask_file(archive, file, what, now=now)
    if not text.strip() and not any(files.values()):
        raise typer.BadParameter("ask something, for example: backissue ask what is new on kafka", param_hint="message")
    if text.strip():
        asking.ask(archive, text, now=now)


@app.command()
def preview(
    issue: Annotated[str, typer.Argument(help="A number (435), a slug (2019-05-05-435) or latest.")],
    archive: Archive = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="What Slack would be sent, a JSON object a line.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Everything in one message instead of a thread.")] = False,
) -> None:
    """Show exactly what would be posted for an issue."""
    from bot.cli.preview import preview as run_it

    run_it(archive, issue, as_json=as_json, full=full)


@app.command()
def export(
    archive: Archive = None,
    output: Annotated[ExportFormat, typer.Option("--format", help="How entries are written.")] = ExportFormat.JSONL,
) -> None:
    """Write every entry of the archive, in reading order, one JSON object a line."""
    from bot.cli.export import export as run_it

    del output  # there is one format so far; the option keeps the command line stable
    run_it(archive)


@app.command("import")
def import_issues(
    source: Annotated[
        str,
        typer.Argument(help="Mails (file, folder, .mbox, imaps://…), a feed, web pages, or a git repository."),
    ],
    into: Annotated[Path, typer.Argument(help="The folder to write the issues into; it may be an archive in use.")],
    *,
    private: Annotated[
        bool, typer.Option("--private", help="The address may be in a private network.", show_default=False)
    ] = False,
) -> None:
    """Write issues from elsewhere as Markdown. Run it again at any time: what is there, and what you edited, stays."""
    from bot.cli.importing import import_issues as run_it

    raise typer.Exit(run_it(source, into, private=private))


@app.command()
def misses(
    archive: Archive = None,
    synonyms: Synonyms = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=10000, help="How many, the most frequent first.")] = 50,
    output: Annotated[SearchFormat, typer.Option("--format", help="How they are written.")] = SearchFormat.TABLE,
) -> None:
    """List what people searched for without finding it squarely, and the synonym or correction that would help.

    Words only, of the last 90 days, and nobody's name; BACKISSUE_COUNT_MISSES=no stops the counting.
    """
    from bot.cli.misses import misses as run_it

    run_it(archive, synonyms, limit, as_json=output is SearchFormat.JSONL)


@app.command()
def audit(
    workspace: Annotated[Optional[str], typer.Option(help="Only this workspace (its id).", show_default=False)] = None,
    channel: Annotated[Optional[str], typer.Option(help="Only this channel (its id).", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=10000, help="How many, newest first.")] = 50,
) -> None:
    """List who changed which channel's subscription, when, and from what to what."""
    from bot.cli.audit import audit as run_it

    run_it(workspace, channel, limit)


@app.command()
def health() -> None:
    """Say how the bot on this machine is, from its health page. Exits 1 unless it is well."""
    from bot.cli.health import health as run_it

    raise typer.Exit(run_it())


@app.command()
def doctor(archive: Archive = None) -> None:
    """Look for what keeps the bot from running: settings, Slack, this machine. Exits 1 if there is anything to mend."""
    from bot.cli.doctor.report import doctor as run_it

    raise typer.Exit(run_it(archive))


@app.command()
def forget(user: Annotated[str, typer.Argument(help="The Slack user id of somebody who left: U012AB3CD.")]) -> None:
    """Delete everything that is stored about a person, and say what that was."""
    typer.confirm(f"Delete the bookmarks of {user} and all else about them? It cannot be undone.", abort=True)
    from bot.cli.database import forget as run_it

    run_it(user)


@app.command()
def mcp(archive: Archive = None, synonyms: Synonyms = None) -> None:
    r"""Serve the archive over MCP on standard input and output, read-only (needs the extra backissue\[mcp])."""
    from bot.cli.mcp_server import serve as run_it

    run_it(archive, synonyms)


def _hurry() -> None:
    """Keep the garbage collector off while the process starts, which is mostly imports."""
    from bot.runtime import loop
    from bot.runtime.lean_imports import import_structlog

    loop.hurry()
    import_structlog()


def run() -> None:
    """Run the command line: an error of ours is one line and exit 1, never a stack trace."""
    try:
        app()
    except BackIssueError as error:
        print(f"backissue: {error}", file=sys.stderr)  # noqa: T201 - this is the command line
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Closing stderr too keeps the interpreter from complaining.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
            raise
        print(f"backissue: the output could not be written: {error.strerror or error}", file=sys.stderr)  # noqa: T201 - as above
        # The rest of the buffer would fail again, with a stack trace, when the interpreter exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)

"""The demo in a terminal: Back Issue itself, in a workspace of its own on this machine, at a prompt.

No Slack account is needed and nothing is left behind. `playground.demo.page` plays the same in a browser.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import HTML
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table

from bot.runtime import logs
from bot.runtime.settings import Settings
from bot.source.library import Library
from playground.demo.board import Board
from playground.demo.completion import Suggestions
from playground.demo.environment import stage
from playground.demo.held_back import SAMPLE
from playground.demo.process import until_stopped, without_proxies
from playground.demo.typed import Prompt
from playground.slack.channel import Channel
from playground.slack.fixtures import village

APPEARS = 20.0
"""Seconds within which a digest has surely begun to appear."""


async def demo(archive: Path | None = None, settings: Settings | None = None, console: Console | None = None) -> None:
    """Run the demo until its person leaves: `quit`, Ctrl-D, Ctrl-C, the end of the lines, or SIGTERM.

    `archive` is read only (None: the sample that ships); of `settings` the names of commands and the bookmark's emoji
    count. In a terminal there is a prompt; otherwise lines are read from standard input, each done before the next.
    Raises FolderError when the archive cannot be read.
    """
    logs.configure("console", level="ERROR")
    without_proxies()
    screen = console or Console(highlight=False)
    lines = None if sys.stdin.isatty() and screen.is_terminal else _lines()
    with tempfile.TemporaryDirectory(prefix="backissue-demo-") as place:
        await until_stopped(play(archive or SAMPLE, Path(place), settings or Settings.read(), screen, lines))


async def play(
    archive: Path, place: Path, settings: Settings, screen: Console, lines: asyncio.Queue[str | None] | None
) -> None:
    """Start everything in the empty folder `place`, take `lines` until None comes, and stop everything.

    Without `lines` they are asked for at a prompt in the terminal.
    """
    site, workspace, channel, you = village()
    async with AsyncExitStack() as stack:
        with screen.status("Reading the archive …"):
            playing = await stack.enter_async_context(stage(archive, place, settings, site, workspace))
        names = (min(settings.bookmark), settings.command, settings.tools_command)
        board = Board(screen, workspace, you)
        prompt = Prompt(board, playing.scene.person(you), channel, playing.held, *names)
        try:
            _welcome(prompt, playing.library)
            await _begin(prompt)
            if lines is None:
                await _at_a_prompt(prompt, playing.library)
            else:
                await _by_lines(prompt, lines)
        finally:
            screen.print("[dim]Stopping …[/]")


def _welcome(prompt: Prompt, library: Library) -> None:
    """Say what this is and what to try."""
    out, held = len(library.snapshot.issues), len(prompt.held.waiting)
    table = Table.grid(padding=(0, 3, 0, 0))
    for typed, what in (
        (f"{prompt.command} service mesh", "what the archive has on it, misspelt or not"),
        (f"{prompt.tools} kubernetes", "the same among tools only"),
        ("react 2", "keep the link of message 2"),
        (f"{prompt.command} saved", "what you kept"),
        ("next", f"let one more issue appear ({held - 1} are left)"),
        ("help", "everything else"),
        ("quit", "leave; nothing is left behind"),
    ):
        table.add_row(f"  [bold]{typed}[/]", f"[dim]{what}[/]")
    words = Group(
        f"This is [bold]#{prompt.channel.name}[/] in a stand-in Slack on this machine. The bot is real, Slack is not.",
        f"Of {out + held} issues {out} are out. The next one is about to appear and be posted here; meanwhile, try:",
        "",
        table,
    )
    prompt.board.console.print(Panel(words, title="Back Issue", border_style="dim", width=92, padding=(1, 2)))


async def _begin(prompt: Prompt) -> None:
    """Subscribe the channel as anybody would, and let the first issue appear."""
    line = f"{prompt.command} subscribe as soon as it appears"
    _echo(prompt, line)
    await prompt.do(line)
    await prompt.board.quiet()
    before = _posts(prompt.channel)
    if prompt.held.release() is None:
        prompt.board.console.print("[yellow]No issue of this archive is out yet: there is nothing to post.[/]")
    elif not await prompt.board.until(lambda: _posts(prompt.channel) > before, APPEARS):
        prompt.board.console.print("[yellow]The issue was not posted yet; try [bold]next[/], or see the log above.[/]")


def _posts(channel: Channel) -> int:
    return sum(1 for _ in channel.top)


async def _at_a_prompt(prompt: Prompt, library: Library) -> None:
    """Take lines from a person in a terminal, with completion and history."""
    session: PromptSession[str] = PromptSession(
        completer=Suggestions(prompt.command, library), complete_while_typing=True
    )
    with patch_stdout(raw=True):
        while True:
            try:
                line = await session.prompt_async(
                    HTML(f"<b>#{prompt.channel.name}</b> <ansibrightblack>❯</ansibrightblack> ")
                )
            except (EOFError, KeyboardInterrupt):
                return
            if not await prompt.do(line):
                return


async def _by_lines(prompt: Prompt, lines: asyncio.Queue[str | None]) -> None:
    """Take lines that come by themselves, each done, and its answers drawn, before the next."""
    prompt.wait = APPEARS
    while (line := await lines.get()) is not None:
        if not line.strip():
            continue
        _echo(prompt, line.strip())
        if not await prompt.do(line):
            return
        await prompt.board.quiet()


def _echo(prompt: Prompt, line: str) -> None:
    prompt.board.console.print(f"\n#{prompt.channel.name} ❯ {line}", style="bold", markup=False)


def _lines() -> asyncio.Queue[str | None]:
    """Read standard input in a thread of its own, which no exit waits for; None is the end."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def read() -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            for line in sys.stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    return lines

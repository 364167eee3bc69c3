"""`backissue mcp`: the archive over the Model Context Protocol, on standard input and output."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from archive.errors import BackIssueError
from bot.cli.archive_tools import ArchiveTools
from bot.cli.reading import index, read
from bot.domain.errors import SettingsError
from bot.runtime.clock import SystemClock

if TYPE_CHECKING:  # an extra
    from mcp.server import MCPServer

INSTRUCTIONS = (
    "A newsletter's archive, read-only. Every text was written by its editors: quote it word for word, with its link."
)
P = ParamSpec("P")
R = TypeVar("R")


def serve(archive: Path | None, synonyms: Path | None) -> None:
    """Answer an MCP client on standard input and output until it leaves. Raises SettingsError without the extra."""
    serving = server_type()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)  # standard output is the client's
    snapshot = read(archive)
    server(serving, ArchiveTools(snapshot, index(snapshot, synonyms), SystemClock())).run()


def server_type() -> type[MCPServer]:
    """Return the official package's server. Raises SettingsError where the extra is missing."""
    try:
        from mcp.server import MCPServer
    except ImportError as error:
        raise SettingsError(
            "mcp", "the package mcp is missing; install it with: pip install 'backissue[mcp]'"
        ) from error
    serving: type[MCPServer] = MCPServer
    return serving


def server(serving: type[MCPServer], tools: ArchiveTools) -> MCPServer:
    """Return a server of the archive's tools, each marked as read-only."""
    from mcp.types import ToolAnnotations

    made = serving("backissue", title="Back Issue", instructions=INSTRUCTIONS, version=version("backissue"))
    hints = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    for tool in (tools.search, tools.issue, tools.entry, tools.related, tools.counts, tools.topics):
        made.add_tool(_in_one_line(tool), annotations=hints)
    return made


def _in_one_line(tool: Callable[P, R]) -> Callable[P, R]:
    """Return a tool whose errors of ours are told to the client as they are."""
    from mcp.server.mcpserver.exceptions import ToolError

    @wraps(tool)
    def told(*args: P.args, **options: P.kwargs) -> R:
        try:
            return tool(*args, **options)
        except BackIssueError as error:
            raise ToolError(str(error)) from error

    return told

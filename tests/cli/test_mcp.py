"""The archive over MCP: the official client runs every tool, and gets what the search gives."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli import mcp_server
from bot.cli.main import app
from bot.cli.reading import index, read
from bot.domain.errors import SettingsError
from bot.lookup.search import Answers
from bot.lookup.views.answer import PAGE_RESULTS, SearchRequest
from bot.runtime.clock import SystemClock
from bot.slack.blocks.command_names import CommandNames
from bot.source.library import Current

mcp = pytest.importorskip(
    "mcp", reason="THE EXTRA mcp IS NOT INSTALLED: the archive is not served (`make test` installs it)"
)
SAMPLE = Path(__file__).parents[2] / "playground/demo/sample"


@dataclass(frozen=True, slots=True)
class Library:
    """A library that does not change."""

    current: Current


TOOLS = {"search", "issue", "entry", "related", "counts", "topics"}


def served() -> Any:
    """Return the official client, which runs `backissue mcp` as any program would when it is entered."""
    arguments = ["-m", "bot", "mcp", "--archive", str(SAMPLE)]
    return mcp.Client(mcp.StdioServerParameters(command=sys.executable, args=arguments))


async def called(client: Any, tool: str, **arguments: Any) -> Any:
    """Call a tool, and return what it gives."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result
    content = result.structured_content or {}
    return content["result"] if set(content) == {"result"} else content


@pytest.mark.process
async def test_every_tool_only_reads() -> None:
    """And says so."""
    async with served() as client:
        tools = (await client.list_tools()).tools
    assert {tool.name for tool in tools} == TOOLS
    assert all(tool.annotations and tool.annotations.read_only_hint and tool.description for tool in tools)


@pytest.mark.process
async def test_search_gives_what_the_command_gives() -> None:
    """The same entries in the same order as the page of `/weekly`."""
    snapshot = read(SAMPLE)
    library = Library(Current(snapshot, index(snapshot)))
    answers = Answers(library, CommandNames(), SystemClock(), lambda _: 0)
    async with served() as client:
        for query in ("service mesh", "kuberntes", "postgres in:tools", "zzzz", "sort:new kubernetes"):
            weekly = [(issue.slug, entry.position) for issue, entry in answers.entries(SearchRequest(query))]
            found = await called(client, "search", query=query, limit=PAGE_RESULTS)
            assert [(each["issue"], each["position"]) for each in found["results"]] == weekly
            assert (found["match"] == "none") == (not weekly)


@pytest.mark.process
async def test_an_issue_its_entries_and_their_like() -> None:
    """From the newest issue to an entry and what is related to it, which is never itself."""
    async with served() as client:
        await follows(client)


async def follows(client: Any) -> None:
    """Go from the newest issue to what is like its first entry."""
    latest = await called(client, "issue", issue="latest")
    assert latest == await called(client, "issue", issue=str(latest["number"]))
    first = latest["entries"][0]
    entry = await called(client, "entry", issue=latest["issue"], position=first["position"])
    assert {name: entry[name] for name in first} == first
    related = await called(client, "related", issue=latest["issue"], position=first["position"])
    same = (latest["issue"], first["position"])
    assert same not in [(each["issue"], each["position"]) for each in related["results"]]


@pytest.mark.process
async def test_counts_and_topics() -> None:
    """A topic is counted by year; the years make the total."""
    async with served() as client:
        counted = await called(client, "counts", topic="kubernetes")
        nothing = await called(client, "counts", topic="zzzz")
        topics = await called(client, "topics", limit=5)
    assert counted["total"] == sum(counted["years"].values()) > 0
    assert counted["first"]["date"] <= counted["last"]["date"]
    assert nothing["total"] == 0
    assert len(topics) == 5


@pytest.mark.process
@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("issue", {"issue": "99999"}, "99999"),
        ("issue", {"issue": "../../etc/passwd"}, "passwd"),
        ("entry", {"issue": "latest", "position": -5}, "has no entry -5"),
    ],
)
async def test_what_is_not_there_is_one_clear_line(tool: str, arguments: dict[str, Any], said: str) -> None:
    """An error of ours, without a stack trace."""
    async with served() as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    text = json.dumps([part.model_dump(mode="json") for part in result.content])
    assert said in text
    assert "Traceback" not in text


async def test_without_the_extra_it_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install; nothing else needs the package."""
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with pytest.raises(SettingsError, match=r"backissue\[mcp\]"):
        mcp_server.serve(SAMPLE, None)
    assert "mcp" in {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}

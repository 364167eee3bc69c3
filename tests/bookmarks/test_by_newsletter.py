"""Exports and the team's counts, narrowed to one of several newsletters."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.bookmarks.personal_data.exporting import Exporting
from bot.bookmarks.team_top import Team
from bot.domain.bookmark import Bookmark, BookmarkLink, LinkCount
from bot.domain.bookmark_file.record import Format
from bot.domain.period import Period
from bot.domain.workspace import workspace_id
from bot.lookup import commands, typed_command
from bot.slack.blocks.command_names import CommandNames
from tests.fakes.several import BREAD, ROPES, TIDES, current

HERE = workspace_id("T1", None)
ISSUES = {issue.slug: issue for issue in (*BREAD, *TIDES, *ROPES)}
NAMES = current(ISSUES.values()).index.newsletters


def link(number: int, issue: str) -> BookmarkLink:
    """Return a link of an issue, "" for one from elsewhere."""
    return BookmarkLink(f"https://a.example/{number}", f"Link {number}", issue=issue)


LINKS = [link(1, "bread/issue-1"), link(2, "tide-weekly/issue-3"), link(3, "")]


class FakeBookmarks:
    """The bookmarks of one person, and the counts of a team."""

    async def all(self, _member: object) -> tuple[Bookmark, ...]:
        """Return one of each newsletter, and one from elsewhere."""
        return tuple(Bookmark(each.key, each, datetime(2024, 5, 6, tzinfo=UTC)) for each in LINKS)

    async def top(self, *_asked: object) -> tuple[LinkCount, ...]:
        """Return that two people saved each."""
        return tuple(LinkCount(each, 2) for each in LINKS)

    async def counted(self, _home: str) -> bool:
        """Return that the team wants counts."""
        return True

    def now(self) -> datetime:
        """Return a day in May."""
        return datetime(2024, 5, 8, tzinfo=UTC)


@dataclass
class FakeSlack:
    """Takes files."""

    files: list[bytes] = field(default_factory=list)

    async def upload(self, _workspace: object, _name: str, content: bytes) -> str:
        """Remember a file."""
        self.files.append(content)
        return "F1"

    async def direct(self, *_said: object) -> Any:
        """Return the place of a message."""
        return self

    channel = "D1"

    async def share_file(self, *_said: object) -> None:
        """Do nothing."""


async def exported(newsletter: str) -> list[dict[str, Any]]:
    """Return the bookmarks of an export."""
    slack = FakeSlack()
    exporting = Exporting(cast("Any", FakeBookmarks()), cast("Any", slack), CommandNames(), ISSUES.get)
    message = await exporting.take(HERE, "U1", Format.JSONL, newsletter)
    return [json.loads(line) for line in slack.files[0].splitlines()] if slack.files else [{"said": message.text}]


async def test_an_export_tells_newsletters_and_is_narrowed_to_one() -> None:
    """A link from elsewhere is of none; with nothing of it no file is sent."""
    assert [each["newsletter"] for each in await exported("")] == ["bread", "tide-weekly", ""]
    assert [each["url"] for each in await exported("tide-weekly")] == ["https://a.example/2"]
    assert "nothing from ropes" in (await exported("ropes"))[0]["said"]


async def test_what_a_team_saves_is_narrowed_to_a_newsletter() -> None:
    """The buttons to other periods keep that; each link says whose issue it is from."""
    store = cast("Any", FakeBookmarks())
    team = Team(store, store, store, store, ISSUES.get, CommandNames(), store)
    whole, of_one = [json.dumps((await team.top("T1", Period.ALL, slug)).blocks) for slug in ("", "bread")]
    assert all(f"a.example/{number}" in whole for number in (1, 2, 3))
    assert "Bread &amp; Salt #1" in whole
    assert "a.example/1" in of_one
    assert "a.example/2" not in of_one
    assert '"month bread"' in of_one


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("top from:bread", commands.Top(newsletter="bread")),
        ("top month from tide weekly", commands.Top(Period.MONTH, "tide-weekly")),
        ("export csv from:tide", commands.Export(Format.CSV, "tide-weekly")),
        ("export from:ropes", commands.Export(newsletter="ropes")),
        ("saved knots from:ropes", commands.Saved("knots from:ropes")),
        ("top off from:bread", commands.Topic("top off from:bread", "top")),
        ("export csv from:nobody", commands.Topic("export csv from:nobody", "export")),
    ],
)
def test_a_newsletter_is_named_behind_from(typed: str, command: commands.Command) -> None:
    """Where there are several."""
    assert typed_command.parse(typed, (), NAMES) == command
    assert typed_command.parse("top from:bread") == commands.Topic("top from:bread", "top")

"""What an issue is called in an answer, among those of several newsletters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archive.issue import Issue
from bot.cli.reading import index, read
from bot.cli.search import search
from bot.lookup.issue_name import named, numbered
from bot.source.finding import find_newsletters
from bot.source.several import open_library

ISSUE = "---\ndate: 2021-05-03\n---\n# Notes #3\n\n## News\n\nAn [harbour](https://example.com/e) opens.\n"


def _issue(number: int | None, newsletter: str, name: str = "") -> Issue:
    slug = f"{newsletter}/notes" if newsletter else "notes"
    published = datetime(2021, 5, 3, tzinfo=UTC)
    return Issue(slug, "Notes", number, published, (), newsletter=newsletter, newsletter_name=name)


def _written(folder: Path) -> Path:
    for name in ("bread", "sre-weekly"):
        (folder / name).mkdir()
        (folder / name / "3.md").write_text(ISSUE, "utf-8")
    (folder / "sre-weekly" / "newsletter.toml").write_text('name = "SRE Weekly"\n', "utf-8")
    return folder


def test_the_newsletter_is_called_by_its_name_and_else_by_its_slug() -> None:
    """And not at all where it is the only one."""
    issues = [_issue(3, ""), _issue(3, "sre"), _issue(3, "sre", "SRE Weekly")]
    assert [numbered(issue) for issue in issues] == ["#3", "sre #3", "SRE Weekly #3"]
    assert [named(issue) for issue in issues] == ["#3", "sre #3", "SRE Weekly #3"]


def test_an_issue_without_a_number_names_its_newsletter_too() -> None:
    """A title alone may be that of any of them; a slug says whose it is."""
    issues = [_issue(None, ""), _issue(None, "sre"), _issue(None, "sre", "SRE Weekly")]
    assert [named(issue) for issue in issues] == ["Notes", "sre: Notes", "SRE Weekly: Notes"]
    assert [numbered(issue) for issue in issues] == ["notes", "sre/notes", "sre/notes"]


def test_a_title_that_names_its_newsletter_is_enough() -> None:
    """It is not said twice in a line."""
    issue = replace(_issue(None, "sre", "SRE Weekly"), title="SRE Weekly, readers' choice")
    assert named(issue) == "SRE Weekly, readers' choice"


def test_issues_of_several_newsletters_know_their_names(tmp_path: Path) -> None:
    """In the bot and at the command line; what the folder's file says, else the slug."""
    folder = _written(tmp_path)
    library = open_library(folder, find_newsletters(folder))
    for issues in (library.snapshot.issues, library.announced(), read(folder).issues):
        assert [numbered(issue) for issue in issues] == ["bread #3", "SRE Weekly #3"]


def test_a_result_says_the_name(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """So does the line of those that have the same link."""
    folder = _written(tmp_path)
    assert index(read(folder)).search("harbour", limit=3, today=date(2021, 6, 1)).results
    search(folder, "harbour", synonyms=None, queries=None, as_json=False, limit=3, explain=False)
    said = capfd.readouterr().out
    assert "bread #3" in said
    assert "SRE Weekly #3" in said

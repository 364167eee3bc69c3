"""`backissue newsletters`, and reading several of them at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli.newsletters import newsletters
from bot.cli.reading import read

ISSUE = "---\ndate: 2021-05-03\n---\n# Notes #3\n\n## News\n\nAn [entry](https://example.com/e).\n"


def _written(folder: Path) -> Path:
    for name in ("bread", "tides"):
        (folder / name).mkdir()
        (folder / name / "3.md").write_text(ISSUE, "utf-8")
    return folder


def test_each_is_a_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With its issues, its newest and its folder; it is called by its slug where nothing gives its name."""
    newsletters(_written(tmp_path), as_json=True)
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [(row["slug"], row["name"], row["issues"], row["newest"]) for row in rows] == [
        ("bread", "bread", 1, "2021-05-03"),
        ("tides", "tides", 1, "2021-05-03"),
    ]


def test_commands_read_all_of_them(tmp_path: Path) -> None:
    """Under slugs that say whose each issue is."""
    assert [issue.slug for issue in read(_written(tmp_path)).issues] == ["bread/3", "tides/3"]

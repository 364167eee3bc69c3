"""Every path and module that the documents name exists: a reader who follows one finds something."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = "archive|benchmarks|bot|docs|handlers|playground|tests|tools"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / ".github").rglob("*.md"))]
SOURCES = [path for room in ROOMS.split("|") if room != "tests" for path in sorted((ROOT / room).rglob("*.py"))]
"""Without the tests, which hold made-up paths too."""
PATH = re.compile(rf"`((?:(?:{ROOMS})/|\.ci/|\.github/)[\w./-]*)`")
MODULE = re.compile(r"`((?:archive|bot|handlers|playground)(?:\.\w+)+)`")
PAGE = re.compile(r"\bdocs/[\w/-]+\.md\b")


def is_there(name: str) -> bool:
    """Return whether a dotted name is a module, or something in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_paths_that_a_page_names_exist(page: Path) -> None:
    """Files, folders and modules of the project, in backticks."""
    text = page.read_text("utf-8")
    assert [path for path in PATH.findall(text) if not (ROOT / path).exists()] == []
    assert [name for name in MODULE.findall(text) if not is_there(name)] == []


def test_the_pages_name_paths() -> None:
    """The test above has something to test."""
    assert len(PATH.findall((ROOT / "docs/architecture.md").read_text("utf-8"))) > 20


def test_the_pages_that_the_code_names_exist() -> None:
    """A docstring that sends its reader to a page of docs/ sends them to one that is there."""
    named = {(str(path.relative_to(ROOT)), page) for path in SOURCES for page in PAGE.findall(path.read_text("utf-8"))}
    assert named
    assert {(path, page) for path, page in named if not (ROOT / page).exists()} == set()


def test_the_modules_that_docstrings_name_exist() -> None:
    """A module or name in backticks in the code, such as `bot.app.build`, can be looked up."""
    named = {
        (str(path.relative_to(ROOT)), name) for path in SOURCES for name in MODULE.findall(path.read_text("utf-8"))
    }
    assert {(path, name) for path, name in named if not is_there(name)} == set()

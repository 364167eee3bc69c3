"""The house's rules that no linter knows: one name for one thing, modules that one can read, short functions."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("archive", "bot", "handlers", "playground")
MAX_MODULE_LINES, MAX_ROOMS = 400, 13
MEDIAN_FUNCTION_LINES, NINTH_DECILE_FUNCTION_LINES = 7, 20
CHECKED = (*ROOMS, "tests", "benchmarks", "tools", "docs")
BARE_NOQA = re.compile(r"#\s*noqa\b(?!: [A-Z0-9, ]+ - \S)")
BARE_IGNORE = re.compile(r"#\s*type: ?ignore\b(?!\[[a-z, -]+\]  # \S)")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> Iterator[Path]:
    """Yield the product's modules."""
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """Return a module, parsed once."""
    return ast.parse(path.read_text("utf-8"))


def test_no_public_class_has_the_name_of_another() -> None:
    """Within the product: a name that stands twice has to be looked up twice."""
    named = Counter(
        node.name
        for path in modules()
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in named.items() if count > 1] == []


def test_no_module_is_longer_than_one_reads_at_a_sitting() -> None:
    """Those of migrations too."""
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: count for name, count in lines.items() if count > MAX_MODULE_LINES} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_functions_are_short(room: str) -> None:
    """Half of them have at most seven lines of code and docstring, nine of ten at most twenty."""
    lengths = [
        (node.end_lineno or node.lineno) - node.body[0].lineno + 1
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(tree(path))
        if isinstance(node, Function)
    ]
    assert median(lengths) <= MEDIAN_FUNCTION_LINES
    assert quantiles(lengths, n=10)[8] <= NINTH_DECILE_FUNCTION_LINES


@pytest.mark.parametrize("room", CHECKED)
def test_every_exception_from_a_check_has_its_reason(room: str) -> None:
    """On the same line, so that one can see whether it still holds; a test's type needs none where it breaks in."""
    bare = [BARE_NOQA, BARE_IGNORE] if room in ROOMS else [BARE_NOQA]
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / room).rglob("*.py"))
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if any(pattern.search(line) for pattern in bare)
    ]
    assert found == []


def test_the_bot_has_few_rooms_and_one_page_names_them() -> None:
    """The import contract lists them all (it is exhaustive); a newcomer finds each on the page of the architecture."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each.get("containers") == ["bot"])
    rooms = {name.strip() for layer in layers for name in layer.split("|")} - {"__main__"}
    assert len(rooms) <= MAX_ROOMS
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    assert [room for room in sorted(rooms) if f"`bot/{room}/`" not in page and f"`bot/{room}.py`" not in page] == []

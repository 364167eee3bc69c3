"""The version that tells an upgrade from a correction covers all the code that a digest is made by."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.digests.delivery.version import sources

ROOT = Path(__file__).parents[2]
MAKERS = ("archive.document", "bot.slack.cards.digest")
"""What reads an issue and what renders it: the product's entry points to a digest's content."""


def test_every_module_that_a_digest_is_made_by_is_covered() -> None:
    """Whatever the reader and the renderer import of ours, directly or not, changes the version."""
    covered = set(sources())

    assert {file for module in MAKERS for file in _reached(module)} <= covered


def _reached(module: str, seen: set[str] | None = None) -> Iterator[Path]:
    seen = set() if seen is None else seen
    file = _file_of(module)
    if file is None or module in seen:
        return
    seen.add(module)
    yield file
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                yield from _reached(name, seen)


def _file_of(module: str) -> Path | None:
    """Return the file of a module of the product that has code in it, None for any other."""
    file = ROOT / (module.replace(".", "/") + ".py")
    return file if file.is_file() else None

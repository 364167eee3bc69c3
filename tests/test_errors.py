"""The one tree of errors, as it is drawn and as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import archive
import bot
import bot.domain.errors
import bot.slack.api.errors
import bot.store.errors
import handlers
import playground
from archive.errors import BackIssueError

DRAWN = (archive.errors, bot.domain.errors, bot.slack.api.errors, bot.store.errors)
_LINE = re.compile(r"^(?P<before>[ │]*(?:[├└]── )?)(?P<name>\w+Error)\b", re.MULTILINE)
_RUN = ("bot.__main__", "bot.store.migrations.")
"""What does something when it is imported."""


def parents(drawing: str) -> dict[str, str]:
    """Read a drawing: each error and the one it hangs on, "" for the root."""
    above: list[str] = []
    found: dict[str, str] = {}
    for line in _LINE.finditer(drawing):
        depth = len(line["before"].removeprefix(" " * _indent(drawing))) // 4
        del above[depth:]
        found[line["name"]] = above[-1] if above else ""
        above.append(line["name"])
    return found


def _indent(drawing: str) -> int:
    first = _LINE.search(drawing)
    return len(first["before"]) if first else 0


def errors(root: type[Exception]) -> Iterator[type[Exception]]:
    """Return every error of the four packages below `root`."""
    for each in root.__subclasses__():
        if each.__module__.partition(".")[0] in {"archive", "bot", "handlers", "playground"}:
            yield each
            yield from errors(each)


def test_every_error_hangs_where_it_is_drawn() -> None:
    """Each drawing has only what there is, and together they have all."""
    for package in (archive, bot, handlers, playground):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(_RUN):
                import_module(module.name)
    real = {each.__name__: each.__bases__[0].__name__ for each in errors(BackIssueError)}
    drawn: set[str] = set()
    for drawing in DRAWN:
        for name, parent in parents(drawing.__doc__ or "").items():
            assert not parent or real[name] == parent
            drawn.add(name)
    assert drawn - {"BackIssueError"} == set(real)

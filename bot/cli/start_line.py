"""The one line of the log that says what started: version, settings, archive, database."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

import structlog
from pydantic import SecretStr

from archive.snapshot import Snapshot
from bot.runtime.settings import Settings
from bot.store.database import address, shown
from bot.store.migrate import newest

_log = structlog.get_logger(__name__)
_HIDDEN = frozenset({"source", "proxy", "slack_api_url", "database_url", "archive"})
"""Settings that may hold a password, or that stand in the line by themselves."""
MAX_PROBLEMS_LOGGED = 5


def say_start(settings: Settings, snapshot: Snapshot) -> None:
    """Log what starts, in one line, then the archive's problems: each of a few, the number of the others."""
    _log.info("process.started", **described(settings, snapshot))
    if not snapshot.issues:
        what, do = "there is no issue in the archive's folder", "put issues there (.md), or run: backissue import"
        _log.warning("problem.found", file=str(settings.archive), line=0, what=what, do=do)
    for each in snapshot.problems[:MAX_PROBLEMS_LOGGED]:
        _log.warning("problem.found", file=each.file, line=each.line, what=each.message, do=each.advice)
    if (more := len(snapshot.problems) - MAX_PROBLEMS_LOGGED) > 0:
        _log.warning("problems.found", count=more, do="run: backissue check")


def described(settings: Settings, snapshot: Snapshot) -> dict[str, Any]:
    """Return the line's fields. Of a secret, and of what may hold one, only whether it is set."""
    return {
        "version": version("backissue"),
        "python": f"{platform.python_version()} on {platform.system()}",
        "archive": str(settings.archive),
        "issues": len(snapshot.issues),
        "problems": len(snapshot.problems),
        "database": shown(address(settings.database_url)),
        "tables": newest(),
        "settings": {name: _said(name, getattr(settings, name)) for name in sorted(settings.model_fields_set)},
    }


def _said(name: str, value: object) -> str:
    if name in _HIDDEN or isinstance(value, SecretStr):
        return "set"
    if isinstance(value, frozenset):
        return ",".join(sorted(map(str, value)))
    return str(value)

"""The environment of a process that a test starts."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    """Return an environment without any of Back Issue's settings."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}  # noqa: TID251 - handed on
    path = os.environ["PATH"]  # noqa: TID251 - as above: handed on to a process
    return {"PATH": path, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **measured, **more}

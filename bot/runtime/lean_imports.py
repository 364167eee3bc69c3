"""Importing less while a process starts."""

from __future__ import annotations

import importlib
import sys

_DRAWING = "rich"


def import_structlog() -> None:
    """Import structlog without Rich, before anything else imports it.

    structlog draws tracebacks with Rich where there is one, and imports it for that with all of Pygments. Our log has
    plain ones (`bot.runtime.logs`), and the import is a twentieth of a start (measured). Rich can be imported later.
    """
    if _DRAWING in sys.modules:
        return
    sys.modules[_DRAWING] = None  # type: ignore[assignment]  # the import system's way to say that there is none
    try:
        importlib.import_module("structlog")
    finally:
        del sys.modules[_DRAWING]

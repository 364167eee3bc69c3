"""What importing needs is an extra; an environment that was set up before it was added says so."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

_LIBRARIES = ("html_to_markdown", "feedparser", "imap_tools")


@pytest.fixture(autouse=True)
def _extra() -> None:
    """Skip where the extra is not installed; `make test` always has it."""
    if missing := [name for name in _LIBRARIES if find_spec(name) is None]:
        pytest.skip(f"the extra [import] is not installed ({', '.join(missing)}); run make test, or install it")

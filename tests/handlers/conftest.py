"""What the handlers' tests share."""

from __future__ import annotations

import pytest

from archive.kind import Kind
from tests.fakes.issues import entry, issue, plain, section
from tests.handlers.people import People


@pytest.fixture
def people() -> People:
    """People in a workspace with an archive of two issues."""
    more = section(
        "News",
        Kind.NEWS,
        *(entry(n, f"Kubernetes tale number {n}.", f"https://example.com/kubernetes/{n}") for n in range(12)),
    )
    older = issue(more, title="Example Weekly Issue #6", number=6)
    return People([plain(), type(older)("2021-02-28-6", older.title, 6, older.published, older.sections)])

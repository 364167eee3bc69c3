"""What is decided of issues that come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.issue_identity import Fingerprint
from bot.domain.likeness import Marks
from bot.domain.newness import WINDOW
from bot.store.issue_decisions import decided_now
from bot.store.looks import Looks

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def _numbered(number: int, *, weeks_ago: int, placed: bool = False) -> Fingerprint:
    day = "" if placed else f"2025-{number:02}"
    dated = NOW - timedelta(weeks=weeks_ago)
    made = Fingerprint(f"{number:03}", frozenset({str(number)}), "x", dated=dated, marks=Marks(number, "", day))
    return replace(made, placed=placed)


@pytest.mark.parametrize(("number", "is_new"), [(3, False), (20, True), (21, True)])
def test_an_undated_issue_that_came_alone_is_new_unless_its_number_is_an_old_one(number: int, *, is_new: bool) -> None:
    """Old issues without dates are added one by one beside those that are there."""
    others = [_numbered(each, weeks_ago=21 - each) for each in range(4, 21) if each != number]
    came = {"it": _numbered(number, weeks_ago=30, placed=True)}
    decided = decided_now(came, others, {"it": NOW}, Looks(NOW - timedelta(days=1)), WINDOW)
    assert decided["it"].is_new is is_new

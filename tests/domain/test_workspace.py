"""Which workspaces an installation serves."""

from __future__ import annotations

import pytest

from bot.domain.workspace import covers


@pytest.mark.parametrize(
    ("own", "asked", "served"),
    [
        ("-:T1", "-:T1", True),
        ("-:T1", "E1:T1", True),
        ("E1:T1", "E1:T2", True),
        ("E1:-", "E1:T2", True),
        ("E1:T1", "-:T1", True),
        ("-:T1", "-:T2", False),
        ("-:T1", "E1:T2", False),
        ("E1:T1", "E2:T2", False),
        ("E1:-", "-:T1", False),
        ("-:-", "-:-", False),
        ("-:T1", "-:-", False),
    ],
)
def test_an_installation_serves_its_team_and_its_organisation(own: str, asked: str, *, served: bool) -> None:
    """And nobody of whom nothing is known."""
    assert covers(own, asked) is served

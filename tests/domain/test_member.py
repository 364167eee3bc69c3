"""Whose a click or a form is, by what Slack says of its person."""

from __future__ import annotations

import pytest

from bot.domain.bookmark import Member, member_at


@pytest.mark.parametrize(
    ("workspace", "team", "home"),
    [
        ("-:T1", "T1", "T1"),
        ("-:T1", "", "T1"),
        ("-:T1", "T2", ""),
        ("-:T1", "E1", ""),
        ("E1:T1", "T1", "E1"),
        ("E1:T1", "E1", "E1"),
        ("E1:T1", "", "E1"),
        ("E1:T1", "T2", ""),
        ("E1:T1", "E2", ""),
        ("E1:-", "E1", "E1"),
        ("E1:-", "T1", ""),
    ],
)
def test_a_person_is_at_home_in_their_workspace_and_their_organisation(workspace: str, team: str, home: str) -> None:
    """Anybody else, in a channel that is shared, has a home that is not known."""
    assert member_at(workspace, "U1", team) == Member(home, "U1")

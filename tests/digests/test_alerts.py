"""What a subscriber is told when something went wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.views.alerts import SETTLE_LEAVE, SETTLE_POST, SETTLE_THERE, Alert, AlertKind, words
from playground.slack.limits import problems


@given(st.sampled_from(AlertKind), st.text(max_size=5_000), st.text(max_size=5_000))
def test_whatever_the_issue_and_the_reason_slack_takes_it(kind: AlertKind, issue: str, reason: str) -> None:
    """Titles and reasons are foreign text: they are cut, and mean nothing but themselves."""
    said = words(Alert(kind, "C1", issue, reason, 7, 3))
    assert problems({"text": said.text, "blocks": list(said.blocks)}) == []
    assert "<!channel>" not in words(Alert(kind, "C1", "<!channel>", "<!channel>")).text


def test_a_doubt_has_a_button_for_each_answer() -> None:
    """Both name the message meant; the other notices have nothing to press."""
    said = words(Alert(AlertKind.UNKNOWN, "C1", "#7", "", 17, 5))
    elements = said.blocks[-1]["elements"]
    assert [(each["action_id"], each["value"]) for each in elements] == [
        (SETTLE_POST, "17:5"),
        (SETTLE_THERE, "17:5"),
        (SETTLE_LEAVE, "17:5"),
    ]
    assert "one reply of the digest" in said.text


@pytest.mark.parametrize("kind", [AlertKind.PAUSED, AlertKind.REFUSED])
def test_what_asks_nothing_says_why(kind: AlertKind) -> None:
    """The reason stands in the line."""
    assert "is_archived" in words(Alert(kind, "C1", "#7", "is_archived")).text


def test_what_to_type_is_called_as_here() -> None:
    """A step that names the command names the workspace's own."""
    reason = "Slack's chat.postMessage for C1 answered is_archived: unarchive the channel, or subscribe another one"
    said = words(Alert(AlertKind.PAUSED, "C1", "", reason), "/digest")
    assert "`/digest resume`" in said.text
    assert "/weekly" not in said.text

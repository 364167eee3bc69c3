"""What is said to the bot may be typed wrong; what is looked up is the search's to put right."""

from __future__ import annotations

import pytest

from bot.lookup.asking.slips import is_slip, spelled, spelled_after
from tests.fakes.asked_archive import AskedArchive


class Ignorant(AskedArchive):
    """An archive that has no word at all, as a short one may."""

    def knows(self, word: str) -> bool:
        """Return whether it is ""."""
        return not word


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("isssue 450", "issue 450"),
        ("lateest issue", "latest issue"),
        ("my bokmarks", "my bookmarks"),
        ("usbscribe", "subscribe"),
        ("postgress replication", "postgress replication"),
    ],
)
def test_what_is_said_to_us_is_spelled_right(typed: str, meant: str) -> None:
    """Words of a topic stay as they were typed."""
    assert spelled(typed, AskedArchive()) == meant


@pytest.mark.parametrize("said", ["save the first one", "share this", "new", "any news", "the tool", "one week later"])
def test_what_is_right_stays(said: str) -> None:
    """Also where the archive has none of its words."""
    assert spelled(spelled_after(said, Ignorant()), Ignorant()) == said


def test_a_slip_is_one_letter() -> None:
    """Missing, doubled or swapped; another letter makes another word."""
    assert [is_slip(typed, "more") for typed in ("mroe", "moree", "mor", "mode")] == [True, True, True, False]

"""A date that no file says is never shown as one that it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.preferences import Preferences
from bot.lookup.views.issue import picked
from bot.slack.cards.digest import digest
from bot.slack.cards.issue_date import long_issue_date, short_issue_date
from tests.fakes.newsletter import issue

WRITTEN = issue(7, datetime(2021, 3, 7, tzinfo=UTC))
GUESSED = replace(WRITTEN, date_guessed=True)


def test_a_guess_is_said_to_be_one() -> None:
    """In full and in short."""
    assert (long_issue_date(WRITTEN), long_issue_date(GUESSED)) == ("7 March 2021", "about 7 March 2021")
    assert (short_issue_date(WRITTEN), short_issue_date(GUESSED)) == ("7 Mar 2021", "about 7 Mar 2021")


def test_a_digest_shows_no_guess() -> None:
    """Neither in its blocks nor in the line for notifications."""
    shown, left_out = (digest(each, Preferences(), "").parent.message for each in (WRITTEN, GUESSED))
    assert "7 March 2021 · 3 links" in str(shown.blocks)
    assert "7 March 2021" in shown.text
    assert "3 links" in str(left_out.blocks)
    assert "2021" not in f"{left_out.text} {left_out.blocks}"


def test_a_digest_says_whose_it_is_where_there_are_several_newsletters() -> None:
    """Beside its date, in its blocks and in the line for notifications; with one newsletter there is nothing to say."""
    one, of_several = (
        digest(each, Preferences(), "").parent.message for each in (WRITTEN, replace(WRITTEN, newsletter="sre"))
    )
    assert "sre · 7 March 2021" in str(of_several.blocks)
    assert "sre · 7 March 2021" in of_several.text
    assert "sre" not in f"{one.text} {one.blocks}"


def test_an_answer_says_that_a_date_is_a_guess() -> None:
    """Where an entry's issue is named with its date."""
    section, entry = next(iter(GUESSED.entries()))
    said = str(picked(GUESSED, section, entry, datetime(2026, 11, 30, tzinfo=UTC).date()).blocks)
    assert "about 7 March 2021" in said

"""Zones are found by a country, a city, an offset or an abbreviation; an abbreviation that is shared is asked about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.subscription_form import zone_options
from bot.digests.views.asking import which_place as asked
from bot.domain.places import SHARED, which_place, zones_like
from bot.domain.schedule import parse_schedule, zone_names, zone_of
from bot.slack.blocks.command_names import CommandNames

WINTER = datetime(2026, 1, 4, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("india", "Asia/Kolkata"),
        ("India", "Asia/Kolkata"),
        ("new york", "America/New_York"),
        ("new_york", "America/New_York"),
        ("UTC+2", "UTC+2"),
        ("uk", "Europe/London"),
        ("brit", "Europe/London"),
        ("germany", "Europe/Berlin"),
        ("usa", "America/New_York"),
        ("new zealand", "Pacific/Auckland"),
        ("kiev", "Europe/Kiev"),
        ("kathm", "Asia/Kathmandu"),
        ("est", "America/New_York"),
        ("bst", "Europe/London"),
    ],
)
def test_the_picker_finds_a_place(typed: str, expected: str) -> None:
    """Among the first twenty, as many as Slack shows without scrolling far."""
    assert expected in zones_like(typed, 20)


def test_the_picker_shows_the_offset_that_a_place_has_now() -> None:
    """An offset by itself needs none."""
    assert zone_options("new york", WINTER)[0]["text"]["text"] == "America/New York (UTC-5)"
    assert zone_options("new york", SUMMER)[0]["text"]["text"] == "America/New York (UTC-4)"
    assert zone_options("india", SUMMER)[-1]["text"]["text"].endswith(")")
    assert zone_options("utc+2", WINTER)[0]["text"]["text"] == "UTC+2"


@pytest.mark.parametrize("word", SHARED)
def test_the_picker_never_offers_an_abbreviation_itself(word: str) -> None:
    """EST in the zone database is UTC-5 in summer too."""
    offered = zones_like(word, 100)
    assert offered
    assert not {name.lower() for name in offered} & SHARED.keys()


@pytest.mark.parametrize("zone", sorted({zone for zones in SHARED.values() for zone in zones}))
def test_every_place_is_a_zone(zone: str) -> None:
    """Of the machine's zone data."""
    assert zone in zone_names().values()
    assert WINTER.astimezone(zone_of(zone)) == WINTER


@pytest.mark.parametrize("word", ["EST", "PST", "BST", "CET", "est", "IST"])
@pytest.mark.parametrize("typed", ["mondays 09:00 {}", "{} weekdays 9am", "tuesdays, fridays at 16:30 {}"])
def test_an_abbreviation_is_asked_about_and_each_answer_is_a_schedule(typed: str, word: str) -> None:
    """Nothing is guessed; each button is the same schedule with one place."""
    meant = which_place(typed.format(word))
    assert tuple(meant) == SHARED[word.lower()]
    for zone, schedule in meant.items():
        assert str(parse_schedule(schedule)).endswith(zone)
    said = asked(typed.format(word), meant, WINTER, CommandNames())
    assert [button["value"] for button in said.blocks[1]["elements"]] == [
        f"subscribe {each}" for each in meant.values()
    ]


@pytest.mark.parametrize(
    "typed", ["mondays 09:00 Europe/London", "mondays 09:00 UTC+1", "asap", "kubernetes, est", "EST", ""]
)
def test_what_names_no_shared_abbreviation_is_not_asked_about(typed: str) -> None:
    """Nor is what is no schedule."""
    assert which_place(typed) == {}


@given(typed=st.text(max_size=40))
def test_whatever_is_typed(typed: str) -> None:
    """Into the picker or after the command."""
    assert len(zone_options(typed, WINTER)) <= 100
    assert isinstance(which_place(typed), dict)

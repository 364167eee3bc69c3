"""Who may change a subscription, and a change in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.kind import Kind
from bot.domain.preferences import Layout, Preferences, Sponsors
from bot.domain.schedule import AsItAppears, parse_schedule
from bot.domain.subscription import Paused, PausedBy
from bot.domain.subscription_settings import (
    Access,
    ChannelSettings,
    SettingsChange,
    in_words,
    may_change,
    may_hand_over,
    who_may,
)

NOW = datetime(2024, 5, 6, 7, tzinfo=UTC)
MONDAYS = parse_schedule("mondays 09:00 Europe/London")
FRIDAYS = parse_schedule("fridays 16:00 America/New_York")
SETTINGS = ChannelSettings(MONDAYS, owner="U1")
ADMINS = frozenset({"U8", "U9"})
NOBODY = frozenset[str]()


def said(before: ChannelSettings | None, after: ChannelSettings | None, *, undoes: int | None = None) -> str:
    """Return a change by U2 in words."""
    return in_words(SettingsChange(1, "-:T1", "C1", NOW, "U2", before, after, undoes))


@pytest.mark.parametrize(
    ("access", "admins", "vacant", "may"),
    [
        (Access.EVERYBODY, ADMINS, False, {"U1", "U2", "U8"}),
        (Access.EVERYBODY, NOBODY, True, {"U1", "U2", "U8"}),
        (Access.OWNER, ADMINS, False, {"U1", "U8"}),
        (Access.OWNER, NOBODY, False, {"U1"}),
        (Access.OWNER, ADMINS, True, {"U8"}),
        (Access.OWNER, NOBODY, True, {"U1", "U2", "U8"}),
        (Access.ADMINS, ADMINS, False, {"U8"}),
        (Access.ADMINS, NOBODY, False, {"U1"}),
        (Access.ADMINS, NOBODY, True, {"U1", "U2", "U8"}),
    ],
)
def test_who_may_change(access: Access, admins: frozenset[str], vacant: bool, may: set[str]) -> None:
    """Admins always may; a subscription that nobody could change any more does not exist."""
    settings = replace(SETTINGS, access=access)
    assert {user for user in ("U1", "U2", "U8") if may_change(settings, user, admins, vacant=vacant)} == may


@given(st.sampled_from(Access), st.frozensets(st.sampled_from(["U1", "U2", "U3"])), st.booleans())
def test_somebody_always_may(access: Access, admins: frozenset[str], vacant: bool) -> None:
    """Whatever is set and whoever has left, somebody may change and hand over a subscription."""
    settings = replace(SETTINGS, access=access)
    for may in (may_change, may_hand_over):
        assert any(may(settings, user, admins, vacant=vacant) for user in ("U1", "U2", "U3"))


@pytest.mark.parametrize(
    ("access", "admins", "own", "words"),
    [
        (Access.EVERYBODY, ADMINS, False, "everybody here"),
        (Access.EVERYBODY, NOBODY, True, "only its owner (U1)"),
        (Access.OWNER, ADMINS, False, "only its owner (U1) and the admins (U8 and U9)"),
        (Access.ADMINS, ADMINS, False, "only the admins (U8 and U9)"),
        (Access.ADMINS, NOBODY, False, "only its owner (U1)"),
    ],
)
def test_who_may_is_named(access: Access, admins: frozenset[str], own: bool, words: str) -> None:
    """A refusal says whom to ask."""
    assert who_may(replace(SETTINGS, access=access), admins, own=own) == words


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, SETTINGS, "U2 subscribed this channel: mondays 09:00 Europe/London"),
        (SETTINGS, None, "U2 unsubscribed this channel (it was mondays 09:00 Europe/London)"),
        (
            SETTINGS,
            replace(SETTINGS, schedule=FRIDAYS),
            "U2 moved the digest from mondays 09:00 Europe/London to fridays 16:00 America/New_York",
        ),
        (SETTINGS, replace(SETTINGS, paused=Paused(PausedBy.PERSON, "asked")), "U2 paused the digest"),
        (replace(SETTINGS, paused=Paused(PausedBy.CHANNEL, "gone")), SETTINGS, "U2 resumed the digest"),
        (SETTINGS, replace(SETTINGS, owner="U2"), "U2 took it over from U1"),
        (SETTINGS, replace(SETTINGS, owner="U3"), "U2 handed it over from U1 to U3"),
        (SETTINGS, replace(SETTINGS, access=Access.ADMINS), "U2 let only the admins change it"),
        (
            SETTINGS,
            replace(SETTINGS, preferences=Preferences(layout=Layout.FULL, sponsors=Sponsors.FOLDED)),
            "U2 put everything in one message and folded the sponsors into one line",
        ),
        (
            SETTINGS,
            replace(SETTINGS, preferences=Preferences(without=frozenset({Kind.JOBS}), topics=("kafka", "sql"))),
            "U2 changed the sections from all to all but jobs and changed the topics from all to kafka, sql",
        ),
    ],
)
def test_a_change_in_words(before: ChannelSettings | None, after: ChannelSettings | None, words: str) -> None:
    """Who, and what, from what to what."""
    assert said(before, after) == words


def test_an_undo_says_so() -> None:
    """What it did is said as of any change."""
    assert said(SETTINGS, None, undoes=1).startswith("U2 undid a change: unsubscribed this channel")


@given(
    st.sampled_from([MONDAYS, FRIDAYS, AsItAppears()]),
    st.lists(st.text(min_size=1), max_size=3),
    st.sampled_from(Access),
    st.none() | st.builds(Paused, st.sampled_from(PausedBy), st.text()),
)
def test_settings_come_back_from_json(
    schedule: AsItAppears, topics: list[str], access: Access, paused: Paused | None
) -> None:
    """What is written is read back, but for the owner, who is kept elsewhere."""
    settings = ChannelSettings(schedule, Preferences(topics=tuple(topics)), "U1", access, paused)
    assert "U1" not in str({**settings.as_json(), "taste": {}, "paused": None})
    assert ChannelSettings.from_json(settings.as_json(), "U1") == settings


@pytest.mark.parametrize(
    "broken", [{}, {"schedule": 7, "taste": 3, "paused": ["no", 1], "access": []}, {"taste": {"layout": "x"}}]
)
def test_what_can_not_be_read_is_no_error(broken: dict[str, object]) -> None:
    """A row that another version wrote is shown as far as it can be read."""
    assert ChannelSettings.from_json(broken, "U1").owner == "U1"

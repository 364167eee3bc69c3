"""Reactions save links, in any order and any number of their events."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.bookmark import Member
from tests.fakes.examples import examples
from tests.fakes.subscriptions import FakeBookmark
from tests.handlers.people import People

TS = "1700000000.000100"
LINK = FakeBookmark("https://example.com/a", "A thing", "2021-02-28-6")


async def saved(people: People) -> int:
    """Return how many bookmarks U1 has."""
    return (await people.store.page(Member("T1", "U1"))).total


@pytest.mark.parametrize("order", list(permutations([("5.000001", True), ("5.000002", False), ("5.000003", True)])))
async def test_the_newest_event_wins(people: People, order: tuple[tuple[str, bool], ...]) -> None:
    """Added, removed, added again: saved, in whatever order the three arrive, and twice each."""
    people.store.posts("C1", TS, LINK)
    for event_ts, added in (*order, *order):
        assert (await people.reacts(TS, event_ts, added=added)).status == 200
    assert await saved(people) == 1


async def test_skin_tones_and_other_emoji(people: People) -> None:
    """A skin tone does not matter; another emoji saves nothing."""
    people.store.posts("C1", TS, LINK)
    await people.reacts(TS, "5.000001", emoji="thumbsup")
    assert await saved(people) == 0
    await people.reacts(TS, "5.000002", emoji="bookmark::skin-tone-2")
    assert await saved(people) == 1


async def test_an_event_whose_write_failed_is_sent_again(people: People) -> None:
    """Slack repeats an event that was not answered with 200."""
    people.store.broken = RuntimeError("locked")
    assert (await people.reacts(TS, "5.000001")).status == 500


async def test_other_events_are_acknowledged(people: People) -> None:
    """An event without a listener would count as failed: all others are acknowledged."""
    assert (await people.sees(type="app_home_opened", user="U1", tab="home")).status == 200
    assert (await people.sees(type="message", channel="C1", text="hello", user="U1", ts="1.1")).status == 200


_ANYTHING: st.SearchStrategy[Any] = (
    st.none() | st.integers() | st.text(max_size=20) | st.lists(st.integers(), max_size=2) | st.just({})
)
# Bolt itself reads a person's id from the event, and fails on a number.
_USERS = st.none() | st.text(max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60))
@given(st.sampled_from(["item", "reaction", "event_ts"]), _ANYTHING, _USERS)
async def test_forged_reactions(people: People, field: str, odd: Any, user: str | None) -> None:
    """An incomplete reaction is acknowledged and changes nothing."""
    people.store.posts("C1", TS, LINK)
    event = {
        "type": "reaction_added",
        "user": user,
        "reaction": "bookmark",
        "item": {"type": "message", "channel": "C1", "ts": TS},
        "event_ts": "5.000001",
        field: odd,
    }
    assert (await people.sees(**event)).status == 200

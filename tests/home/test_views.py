"""The Home tab keeps Slack's limits with any content."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bookmarks.views.saved_list import PAGE_LINKS, Listed, Listing
from bot.bookmarks.views.saved_row import SavedRow
from bot.bookmarks.views.team_top import Shared
from bot.domain.text import one_line
from bot.home.views.home import (
    HomePage,
    HomeState,
    Newest,
    Subscribed,
    TeamLink,
    blank,
    home,
    issue_modal,
    state_after,
    unavailable,
)
from bot.lookup.views.issue import issue_page
from bot.slack.blocks.command_names import CommandNames
from playground.slack.limits import problems
from tests.fakes.examples import examples
from tests.fakes.issues import nasty_text, nasty_url, plain

TODAY = date(2024, 5, 6)
WHEN = datetime(2021, 3, 7, tzinfo=UTC)
_rows = st.builds(
    SavedRow, st.just("0" * 32), nasty_url, nasty_text, nasty_text, st.none() | st.just(WHEN), note=nasty_text
)
_team = st.builds(
    TeamLink, st.builds(Shared, nasty_url, nasty_text, st.just(2), nasty_text), st.just("1" * 32), st.booleans()
)


@settings(max_examples=examples(30))
@given(st.lists(_rows, max_size=4), st.lists(_team, max_size=3), nasty_text, nasty_text, st.booleans())
def test_any_tab_keeps_every_limit(
    rows: list[SavedRow],
    team: list[TeamLink],
    query: str,
    word: str,
    welcome: bool,
) -> None:
    """Any bookmarks, search, subscriptions and issue."""
    page = Listed(tuple(rows), Listing(one_line(query)[:300], 10), 10_000, 10_000, (query,), (word,) * 9)
    channels = [Subscribed("C1", word, WHEN), Subscribed("C2", word), Subscribed("C3", word, paused=word)] * 9
    shown = HomePage(HomeState(page.listing, welcome), page, channels, Newest(word, WHEN, "{}"), team)
    assert problems(home(shown, TODAY, CommandNames(bot=word or "x"))) == []


def test_the_fullest_tab_has_room_left() -> None:
    """With everything at its maximum it has less than half of the hundred blocks."""
    row = SavedRow("0" * 32, "https://a.example/", "A thing", "#7", WHEN)
    shared = [TeamLink(Shared("https://a.example/", "A thing", 2), "1" * 32)] * 20
    listing = Listing("x", 20)
    page = Listed((row,) * PAGE_LINKS, listing, 99, problems=("a note",) * 9)
    channels = [Subscribed("C1", "daily 9am UTC", WHEN)] * 99
    view = home(
        HomePage(HomeState(listing, welcome=True), page, channels, Newest("T", WHEN, "{}"), shared),
        TODAY,
        CommandNames(),
    )
    assert len(view["blocks"]) < 50
    assert problems(view) == []


@pytest.mark.parametrize(
    ("action", "value", "listing"),
    [
        ("home:search", " service \n mesh ", Listing("service mesh")),
        ("home:search", "", Listing()),
        ("home:search", "x" * 400, Listing("x" * 300)),
        ("home:all", "whatever", Listing()),
        ("home:next", Listing("mesh", 20).as_value(), Listing("mesh", 20)),
        ("home:back", "{}", None),
        ("home:nothing", "", None),
    ],
)
def test_what_a_tab_shows_next(action: str, value: str, listing: Listing | None) -> None:
    """Its search box and the buttons below its list lead on; the first steps stay."""
    for welcome in (True, False):
        after = state_after(action, value, HomeState(Listing("before", 10), welcome))
        assert after == (HomeState(listing, welcome) if listing else None)


def test_the_small_views() -> None:
    """An issue over the tab, an empty tab, and the tab of a person whose data was deleted."""
    assert problems(issue_modal(issue_page(plain()))) == []
    assert problems(unavailable(blank(CommandNames()))) == []
    empty = home(HomePage(HomeState(), Listed((), Listing(), 0), team=None), TODAY, CommandNames())
    assert problems(empty) == []
    assert "team" not in str(empty)

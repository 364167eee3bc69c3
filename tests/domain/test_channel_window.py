"""A channel's own window: how old an issue may be and still be new there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.catalogue import IssueCatalogue
from bot.domain.due import is_new, older, untold, waiting
from bot.domain.newness import Arrival
from bot.domain.preferences import MAX_NEW_DAYS, Preferences
from bot.domain.schedule import parse_schedule
from bot.domain.subscription import Subscription
from tests.fakes.newsletter import issue

LOOK = datetime(2026, 3, 2, 9, tzinfo=UTC)
SEEN = LOOK + timedelta(minutes=5)


def catalogue(*ages: int) -> IssueCatalogue:
    """Return an archive of issues dated so many days before the last look; the operator's window is 14 days."""
    issues = {f"issue-{at}": issue(at, LOOK - timedelta(days=age)) for at, age in enumerate(ages, 1)}
    came = {key: Arrival(SEEN, each.published, LOOK) for key, each in issues.items()}
    old = {key: each for key, each in came.items() if not each.is_new(timedelta(days=14))}
    return IssueCatalogue(
        issues=issues,
        order={key: at for at, key in enumerate(issues, 1)},
        not_new=old,
        arrivals={key: each for key, each in came.items() if key not in old},
    )


def subscribed(days: int, *, told: int = 0) -> Subscription:
    """Return a subscription from before all of it, with its own window of so many days (0: the operator's)."""
    schedule = parse_schedule("mondays 09:00 Europe/London")
    return Subscription(1, "-:T1", "C1", "U1", schedule, Preferences(new_days=days), 0, told=told)


@pytest.mark.parametrize(
    ("days", "new"), [(0, ["issue-1", "issue-2"]), (3, ["issue-1"]), (30, ["issue-1", "issue-2", "issue-3"])]
)
def test_a_channel_may_want_more_or_less_than_the_operator(days: int, new: list[str]) -> None:
    """What is not new by its own window is asked about, whatever the operator set."""
    archive = catalogue(1, 10, 20, 50)
    subscription = subscribed(days)
    assert sorted(waiting(archive, subscription, {}, SEEN)) == new
    assert sorted(untold(archive, subscription, {})) == sorted(archive.issues.keys() - set(new))


def test_what_was_asked_about_stays_old() -> None:
    """A window that is made wider posts nothing of which the subscriber was told that it is not posted."""
    archive = catalogue(20, 21)
    assert waiting(archive, subscribed(30, told=1), {}, SEEN) == ("issue-2",)


@given(st.lists(st.integers(0, 100), max_size=6), st.integers(0, MAX_NEW_DAYS))
def test_every_issue_is_new_or_older(ages: list[int], days: int) -> None:
    """Never both, and never neither."""
    archive, subscription = catalogue(*ages), subscribed(days)
    new = {key for key in archive.issues if is_new(archive, subscription, key)}
    assert new | older(archive, subscription).keys() == archive.issues.keys()
    assert not new & older(archive, subscription).keys()


@pytest.mark.parametrize("days", [-1, MAX_NEW_DAYS + 1, "7", True, None])
def test_a_row_with_another_number_is_refused(days: object) -> None:
    """A database is no reason to believe a value."""
    with pytest.raises(ValueError, match="new_days"):
        Preferences.from_json({"new_days": days})


def test_a_window_is_read_back_and_none_leaves_the_row_as_it_was() -> None:
    """A row of an earlier release has no such number."""
    assert Preferences.from_json(Preferences(new_days=30).as_json()) == Preferences(new_days=30)
    assert "new_days" not in Preferences().as_json()

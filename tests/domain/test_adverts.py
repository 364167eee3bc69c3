"""Advertisements that stand more than once."""

from __future__ import annotations

from archive.kind import Kind
from bot.domain.adverts import each_once
from tests.fakes.issues import entry, issue, section

ROPES = "https://shop.example/ropes"


def test_an_advertisement_stands_once_at_its_last_place() -> None:
    """The longest of its texts stays; other entries and other advertisements are left as they are."""
    shown = issue(
        section("Sponsor", Kind.SPONSOR, entry(0, "Ropes, cheap and strong.", ROPES), entry(1, "Sails.", f"{ROPES}/s")),
        section("News", Kind.NEWS, entry(2, "Tides.", "https://a.example"), entry(3, "Ropes.", ROPES)),
        section("", Kind.SPONSOR, entry(4, "Ropes.", f"{ROPES}?utm_source=mail")),
    )
    assert [one.position for _, one in each_once(shown.entries())] == [1, 2, 3, 0]


def test_one_that_stands_alone_stays_where_it_is() -> None:
    """It is above the news if it was written there."""
    shown = issue(
        section("Sponsor", Kind.SPONSOR, entry(0, "Ropes.", ROPES)),
        section("News", Kind.NEWS, entry(1, "Tides.", "https://a.example")),
    )
    assert [one.position for _, one in each_once(shown.entries())] == [0, 1]

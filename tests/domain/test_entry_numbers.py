"""An entry has one number, whatever shows it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from archive.issue import Issue
from archive.kind import Kind
from bot.bookmarks.views.link_picker import PickerState, choose
from bot.cli.show import issue_page
from bot.cli.terminal import out
from bot.digests.delivery.rendering import DigestRenderer, says_other
from bot.domain.bookmark import BookmarkLink, link_numbers, meant
from bot.domain.delivery import ShownEntry, numbered_as, shown_json, shown_of
from bot.domain.entry_numbers import entry_numbers
from bot.domain.preferences import Layout, Preferences, Sponsors
from bot.lookup.views.sharing import issue as shared
from bot.slack.cards.digest import digest
from tests.fakes.issues import entry, issue, plain, section

LINES = re.compile(r"(?m)^(\d+)\. .*?<(https?://[^|>]+)")
TOOLS = frozenset({Kind.TOOLS})


def numbers_shown(shown: Issue, preferences: Preferences) -> dict[str, int]:
    """Return the number before each address in a digest's messages."""
    made = digest(shown, preferences)
    said = [
        str(block.get("text", {}).get("text", ""))
        for part in (made.parent, *made.replies)
        for block in part.message.blocks
    ]
    return {url: int(number) for text in said for number, url in LINES.findall(text)}


def long_issue(*sizes: int, words: int = 5) -> Issue:
    """Return an issue with an introduction and sections of so many entries each; the last holds tools."""
    sections, position = [section("", Kind.INTRO, entry(0, "Hello.", "https://hello.example/"))], 1
    for size in sizes:
        kind = Kind.TOOLS if len(sections) == len(sizes) else Kind.NEWS
        entries = [
            entry(at, f"Entry {at}." + " word" * words, f"https://e.example/{at}")
            for at in range(position, position + size)
        ]
        sections.append(section(f"Part {len(sections)}", kind, *entries))
        position += size
    return issue(*sections)


@pytest.mark.parametrize(
    ("shown", "preferences"),
    [
        (long_issue(4, 3), Preferences()),
        (long_issue(4, 3), Preferences(only=TOOLS)),
        (long_issue(4, 3), Preferences(layout=Layout.FULL, without=frozenset({Kind.NEWS}))),
        (long_issue(20, 30, words=100), Preferences(layout=Layout.FULL)),
        (long_issue(70, 60), Preferences()),
        (plain(), Preferences(sponsors=Sponsors.FOLDED)),
    ],
)
def test_an_entry_has_the_same_number_in_every_digest(shown: Issue, preferences: Preferences) -> None:
    """In one message or many, with all sections or some: it is the entry's number in the issue."""
    numbers = entry_numbers(shown)
    ours = {each.links[0].url: numbers.get(each.position) for _, each in shown.entries() if each.links}
    found = numbers_shown(shown, preferences)
    assert found
    assert found == {url: ours[url] for url in found}


def test_the_number_counts_what_readers_see() -> None:
    """An introduction has none; an advertisement that stands twice has one, at its last place."""
    again = section("", Kind.SPONSOR, entry(5, "Rent our pagers, now.", "https://pagers.example/rent"))
    assert entry_numbers(plain()) == {1: 1, 2: 2, 3: 3, 4: 4}
    assert entry_numbers(replace(plain(), sections=(*plain().sections, again))) == {2: 1, 3: 2, 4: 3, 5: 4}


def test_the_terminal_shows_the_same_number() -> None:
    """An introduction stands without one."""
    with out.capture() as printed:
        out.print(issue_page(long_issue(2, 1)))
    assert re.findall(r"(?m)^ +(?:(\d)\. )?(Hello|Entry \d)", printed.get()) == [
        ("", "Hello"),
        ("1", "Entry 1"),
        ("2", "Entry 2"),
        ("3", "Entry 3"),
    ]


def test_a_shared_issue_counts_its_links_as_it_numbers_them() -> None:
    """An introduction that has a reply of its own has no number, and comes last."""
    intro = section("", Kind.INTRO, *(entry(at, "Hello. " * 300, f"https://hello.example/{at}") for at in range(2)))
    news = section("News", Kind.NEWS, *(entry(at, f"Entry {at}.", f"https://e.example/{at}") for at in (2, 3)))
    assert [position for position in shared(issue(intro, news), "U1")[1] if position > 1] == [2, 3]
    assert shared(issue(intro, news), "U1")[1][:2] == (2, 3)


@pytest.mark.parametrize(("layout", "edited"), [(Layout.FULL, True), (Layout.THREAD, False)])
def test_an_added_entry_changes_a_message_that_shows_later_numbers(layout: Layout, *, edited: bool) -> None:
    """A later page is edited, so that its numbers are the issue's; a reply shows none and stays."""
    renderer = DigestRenderer(digest)
    before = long_issue(8, 30, words=100)
    more = replace(before.sections[1], entries=(*before.sections[1].entries, entry(99, "New.", "https://new.example/")))
    after = replace(before, sections=(before.sections[0], more, *before.sections[2:]))
    old, new = (renderer.render(each, Preferences(layout=layout), "")[-1] for each in (before, after))
    assert says_other(old.source, new.source) is edited
    assert not says_other(old.source.partition("/")[0], new.source)  # as a release without numbers recorded it
    assert old.shown[-1].number + 1 == new.shown[-1].number


def links(*numbers: int) -> tuple[BookmarkLink, ...]:
    """Return a message's links with these numbers beside them."""
    return tuple(BookmarkLink(f"https://e.example/{at}", f"L{at}", number=each) for at, each in enumerate(numbers))


def test_a_number_emoji_means_the_number_beside_an_entry() -> None:
    """On a message without numbers it counts the links, as it did when those were posted."""
    assert meant(links(5, 6, 0), "five") == links(5)[0]
    assert meant(links(5, 6, 0), "one") is None
    assert meant(links(0, 0), "two") == links(0, 0)[1]
    assert link_numbers(links(0, 0)) == (1, 2)


def test_the_chooser_shows_the_numbers_of_the_message() -> None:
    """A link that has none there has none here."""
    said = str(choose(links(15, 16, 0), PickerState("C1", "1.1")).blocks)
    assert "'15. L0'" in said
    assert "'16. L1'" in said
    assert "'L2'" in said


def test_numbers_are_recorded_with_what_a_message_shows() -> None:
    """A release that does not know them reads the rest; what was recorded without them is read as before."""
    shown = (ShownEntry(3, "https://a.example/", "A", 2), ShownEntry(4, "", "B"))
    assert shown_of(shown_json(shown)) == shown
    assert shown_json(shown[1:]) == '[[4, "", "B"]]'


def test_a_message_that_is_not_edited_keeps_its_numbers() -> None:
    """Those that it was posted with, or none."""
    before = tuple(ShownEntry(at, "", "", at + 18) for at in range(2))
    now = tuple(ShownEntry(at + 1, "", "", at + 19) for at in range(2))
    assert [each.number for each in numbered_as(before, now)] == [18, 19]
    assert [each.position for each in numbered_as(before, now)] == [1, 2]
    assert [each.number for each in numbered_as(tuple(replace(each, number=0) for each in before), now)] == [0, 0]
    assert numbered_as(before, now[:1]) == now[:1]

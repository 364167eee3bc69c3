"""Slack accepts the digest of any issue. The checker is the stand-in workspace's own."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.issue import Issue
from archive.kind import Kind
from bot.domain.adverts import each_once
from bot.domain.preferences import Layout, Preferences
from bot.slack.cards.digest import digest
from tests.fakes.checker import all_breaches
from tests.fakes.issues import entry, issue, nasty_issues, nasty_text, section, tastes


@settings(deadline=None)
@given(nasty_issues(), tastes, nasty_text)
def test_any_issue_keeps_every_limit(nasty: Issue, preferences: Preferences, note: str) -> None:
    """No text, address, title or note makes a message that Slack refuses or shows otherwise than meant."""
    assert all_breaches(digest(nasty, preferences, note=note)) == []


@settings(deadline=None)
@given(nasty_issues(), tastes)
def test_parts_have_their_own_keys(nasty: Issue, preferences: Preferences) -> None:
    """Two parts of a digest never share a key: the key is what their rows are claimed by."""
    rendered = digest(nasty, preferences)
    keys = [part.key for part in (rendered.parent, *rendered.replies)]
    assert len(keys) == len(set(keys))


@settings(deadline=None)
@given(nasty_issues(), st.sampled_from(Layout))
def test_every_linked_entry_has_its_place(nasty: Issue, layout: Layout) -> None:
    """With nothing left out, each linked entry is shown in full by one part; a repeated advertisement once."""
    rendered = digest(nasty, Preferences(layout=layout))
    threaded = any(part.key.startswith("entry") for part in rendered.replies)
    replies = [position for part in rendered.replies for position in part.entries]
    above = [position for position in rendered.parent.entries if not (threaded and position in replies)]
    if threaded:
        assert rendered.parent.entries == (*replies, *above)
        intro = {one.position for section, one in nasty.entries() if section.kind is Kind.INTRO}
        assert set(above) <= intro
    shown = [*above, *replies]
    assert len(shown) == len(set(shown))
    linked = {one.position for _, one in each_once(nasty.entries()) if one.links}
    assert linked <= set(shown)


def test_an_issue_of_a_thousand_entries() -> None:
    """A digest too long for a thread has a message for each section, or several."""
    entries = [entry(n, f"Entry {n} says something of use.", f"https://example.com/{n}") for n in range(1000)]
    rendered = digest(issue(section("News", Kind.NEWS, *entries)))
    assert all_breaches(rendered) == []
    assert sum(len(part.entries) for part in (rendered.parent, *rendered.replies)) == 1000


def test_an_issue_of_a_hundred_sections() -> None:
    """Headings beyond what a message may hold do not break the contents."""
    sections = [section(f"Part {n}", Kind.NEWS, entry(n, "x", f"https://example.com/{n}")) for n in range(100)]
    rendered = digest(issue(*sections))
    assert all_breaches(rendered) == []
    assert len(rendered.replies) == 100

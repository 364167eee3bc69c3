"""The digests of a real archive of many years, if it is at hand: every layout and taste within Slack's limits."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from archive.issue import Issue
from archive.kind import Kind
from archive.loader import load
from bot.messages.digest import digest
from bot.messages.taste import Layout, Sponsors, Taste
from tests.messages.checker import all_breaches

POSTS = Path(__file__).parents[2] / "../shared/archive/posts"
TASTES = {
    "thread": Taste(),
    "thread, folded": Taste(sponsors=Sponsors.FOLDED, without=frozenset({Kind.JOBS})),
    "full": Taste(layout=Layout.FULL),
    "full, narrow": Taste(layout=Layout.FULL, only=frozenset({Kind.TOOLS}), without_topics=("docker",)),
}

pytestmark = pytest.mark.skipif(not POSTS.is_dir(), reason="the archive of real issues is not at hand")


@cache
def issues() -> tuple[Issue, ...]:
    """Load the archive once for all tests of this module."""
    return load(POSTS).issues


@pytest.mark.parametrize("name", TASTES)
def test_every_issue_keeps_every_limit(name: str) -> None:
    """Not one message of not one issue is one that Slack refuses."""
    found = {issue.slug: lines for issue in issues() if (lines := all_breaches(digest(issue, TASTES[name])))}
    assert found == {}


def test_no_link_is_lost() -> None:
    """Whoever reads the whole thread, or the whole page, has every link of the issue before them."""
    for issue in issues():
        urls = {link.url for _, entry in issue.entries() for link in entry.links}
        for layout in Layout:
            rendered = digest(issue, Taste(layout=layout))
            said = repr([part.message.blocks for part in (rendered.parent, *rendered.replies)])
            lost = {url for url in urls if url.replace("&", "&amp;").replace("|", "%7C") not in said}
            assert not lost, f"{issue.slug} {layout}"

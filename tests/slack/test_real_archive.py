"""The digests of whole archives: every layout and every choice of sections within Slack's limits."""

from __future__ import annotations

import pytest

from archive.issue import Issue
from archive.kind import Kind
from bot.domain.preferences import Layout, Preferences, Sponsors
from bot.slack.cards.digest import digest
from tests.fakes import archives
from tests.fakes.checker import all_breaches

TASTES = {
    "thread": Preferences(),
    "thread, folded": Preferences(sponsors=Sponsors.FOLDED, without=frozenset({Kind.JOBS})),
    "full": Preferences(layout=Layout.FULL),
    "full, narrow": Preferences(layout=Layout.FULL, only=frozenset({Kind.TOOLS}), without_topics=("docker",)),
}


@pytest.fixture(
    params=[pytest.param(name, marks=pytest.mark.long if name == "real" else ()) for name in archives.NAMES]
)
def issues(request: pytest.FixtureRequest) -> tuple[Issue, ...]:
    """All issues of an archive."""
    return archives.snapshot(request.param).issues


@pytest.mark.parametrize("name", TASTES)
def test_every_issue_keeps_every_limit(name: str, issues: tuple[Issue, ...]) -> None:
    """Not one message of not one issue is one that Slack refuses."""
    found = {issue.slug: lines for issue in issues if (lines := all_breaches(digest(issue, TASTES[name])))}
    assert found == {}


def test_no_link_is_lost(issues: tuple[Issue, ...]) -> None:
    """Whoever reads the whole thread, or the whole page, has every link of the issue before them."""
    for issue in issues:
        urls = {link.url for _, entry in issue.entries() for link in entry.links}
        for layout in Layout:
            rendered = digest(issue, Preferences(layout=layout))
            said = repr([part.message.blocks for part in (rendered.parent, *rendered.replies)])
            lost = {url for url in urls if url.replace("&", "&amp;").replace("|", "%7C") not in said}
            assert not lost, f"{issue.slug} {layout}"

"""The import of real mails holds the links of the archive that their newsletter publishes, in the right entries."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from archive import document
from bot.source.importing.addresses import untracked
from bot.source.importing.destination import opened
from bot.source.importing.importer import Report, run
from bot.source.importing.opening import source_of
from tests.fakes.archives import REAL, SHARED

MAILS = SHARED / "archive/mails"
MOST_SECONDS = 10
"""For 581 mails, on the processor; there are 451."""


def _links(file: Path) -> list[tuple[str, str]]:
    """Return address and headline of each link in a file, without what counts clicks."""
    issue = document.read(file.name, file.read_bytes()).issue
    assert issue is not None
    return [(untracked(link.url), entry.headline) for _, entry in issue.entries() for link in entry.links]


@pytest.mark.skipif(not MAILS.is_dir(), reason="the real mails are not beside the repository")
@pytest.mark.long
def test_real_mails_hold_the_links_of_the_published_archive(tmp_path: Path) -> None:
    """99 % of its links are there, as many with their headline; a second run changes nothing."""
    begun = time.process_time()
    report = Report()
    for _ in range(2):
        with opened(tmp_path) as destination:
            report = run(source_of(str(MAILS)), destination)
        assert report.lost == 0
        assert len(report.new) + report.unchanged == len(list(MAILS.iterdir()))
    assert report.new == []
    assert time.process_time() - begun < MOST_SECONDS
    links: Counter[str] = Counter()
    entries: Counter[str] = Counter()
    for post in sorted(REAL.glob("*.md")):
        published, imported = Counter(_links(post)), Counter(_links(tmp_path / post.name))
        urls = Counter(url for url, _ in published.elements()), Counter(url for url, _ in imported.elements())
        links.update(all=published.total(), held=(urls[0] & urls[1]).total())
        entries.update(held=(published & imported).total())
    assert links["all"] > 7_000
    assert links["held"] >= 0.99 * links["all"]
    assert entries["held"] >= 0.99 * links["all"]

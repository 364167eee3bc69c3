"""Laws for every archive: nothing is lost, and each issue is read as a person would read it."""

from __future__ import annotations

import json
import re

import pytest

from archive import proof
from archive.export import rows
from archive.kind import Kind
from archive.link import domain
from archive.snapshot import Snapshot
from tests.fakes import archives

FIELDS = ["issue", "number", "published", "title", "section", "kind", "text", "headline", "links"]

HASH = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{10,}")
"""Ten hexadecimal digits or more; digits alone are a number."""


@pytest.fixture(
    params=[pytest.param(name, marks=pytest.mark.long if name == "real" else ()) for name in archives.NAMES]
)
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of an archive."""
    return str(request.param)


@pytest.fixture
def snapshot(name: str) -> Snapshot:
    """Return the loaded archive."""
    return archives.snapshot(name)


def test_every_file_is_an_issue(name: str, snapshot: Snapshot) -> None:
    """Each file gives one issue with the file's slug; no problem costs a text or a link; oldest come first."""
    assert [problem for problem in snapshot.problems if problem.lost] == []
    assert sorted(issue.slug for issue in snapshot.issues) == sorted(
        path.stem for path in archives.folder(name).iterdir()
    )
    assert [issue.published for issue in snapshot.issues] == sorted(issue.published for issue in snapshot.issues)
    assert [issue.title for issue in snapshot.issues if "\\" in issue.title] == []


def test_nothing_is_lost_or_invented(name: str, snapshot: Snapshot) -> None:
    """The proof holds for every file, and there are at least as many links as the raw text has."""
    files = {file: (archives.folder(name) / file).read_bytes() for file in snapshot.readings}
    assert [loss for file, reading in snapshot.readings.items() for loss in proof.prove(reading, files[file])] == []
    raw = b"\n".join(files.values())
    assert proof.total(snapshot.issues).links >= len(re.findall(rb"\]\(http", raw))


def test_sponsors_at_the_end_have_their_own_section(snapshot: Snapshot) -> None:
    """Only a sponsor's own section has an entry with a sponsor's links alone."""
    for issue in snapshot.issues:
        paid = {link.url for s in issue.sections if s.kind is Kind.SPONSOR for e in s.entries for link in e.links}
        chosen = [e for s, e in issue.entries() if s.kind in (Kind.NEWS, Kind.TOOLS) and e.links]
        assert [e for e in chosen if {link.url for link in e.links} <= paid] == []


def test_headlines_are_good_enough_to_click(snapshot: Snapshot) -> None:
    """No headline is an address or contains a hash; nearly all of pages say more than the site's name."""
    titles = [(e.headline, e.links[0].url) for i in snapshot.issues for _, e in i.entries() if e.links]
    assert [title for title, _ in titles if "://" in title or HASH.search(title)] == []
    pages = [(title, domain(url)) for title, url in titles if "/" in url.partition("://")[2].rstrip("/")]
    assert sum(title == site for title, site in pages) < len(pages) / 20


def test_the_export_is_complete(snapshot: Snapshot) -> None:
    """One row per entry in reading order, as JSON, with the issue's and the entry's fields."""
    for issue in snapshot.issues:
        exported = [json.loads(json.dumps(row)) for row in rows(issue)]
        assert [row["text"] for row in exported] == [entry.text for _, entry in issue.entries()]
        assert all(list(row) == FIELDS for row in exported)
        assert {row["published"] for row in exported} == {issue.published.isoformat()}
        assert {key for row in exported for link in row["links"] for key in link} <= {"url", "domain"}

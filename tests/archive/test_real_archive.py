"""The 451 real issues: nothing lost, every trap read as a person would."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

import pytest

from archive import loader, proof
from archive.export import rows
from archive.kind import Kind
from archive.link import domain
from archive.snapshot import Snapshot

SHARED = Path(__file__).parents[2] / "../shared"
POSTS = SHARED / "archive/posts"

pytestmark = pytest.mark.skipif(not POSTS.is_dir(), reason="the real archive is not beside the repository")


@lru_cache(maxsize=1)
def archive() -> Snapshot:
    """Load it once per process."""
    return loader.load(POSTS)


def test_every_file_is_an_issue() -> None:
    """451 files, 451 issues, each with its file's slug, oldest first; four addresses are cut or misspelt."""
    snapshot = archive()
    told = {(problem.file, problem.line) for problem in snapshot.problems}
    assert told == {
        ("2015-08-30-243.md", 78), ("2015-11-01-252.md", 39), ("2016-12-18-312.md", 33), ("2017-03-12-324.md", 55),
    }  # fmt: skip
    assert not any(problem.lost for problem in snapshot.problems)
    assert sorted(issue.slug for issue in snapshot.issues) == sorted(path.stem for path in POSTS.iterdir())
    assert [issue.published for issue in snapshot.issues] == sorted(issue.published for issue in snapshot.issues)
    assert all(issue.number and "\\" not in issue.title for issue in snapshot.issues)


def test_nothing_is_lost_or_invented() -> None:
    """The proof holds for every file, and the counts are those of the raw text."""
    snapshot = archive()
    losses = [
        loss
        for name, reading in snapshot.readings.items()
        for loss in proof.prove(reading, (POSTS / name).read_bytes())
    ]
    assert losses == []
    raw = "\n".join(path.read_text() for path in POSTS.iterdir())
    assert proof.total(snapshot.issues).links >= len(re.findall(r"\]\(http", raw))


def test_judged_links_are_there() -> None:
    """Every link that a judged query is about is in the issue it is said to be in, but for swallowed punctuation."""

    def key(url: str) -> str:
        return re.sub(r"^(https?://)?(www\.)?", "", url).rstrip("/.)")

    held = {issue.slug: {key(link.url) for _, e in issue.entries() for link in e.links} for issue in archive().issues}
    judged = [json.loads(line) for line in (SHARED / "search/judgments.jsonl").read_text().splitlines()]
    assert [(j["issue"], url) for j in judged for url in j["urls"] if key(url) not in held[j["issue"]]] == []


def test_kinds_of_headings() -> None:
    """Sponsors are told under each of their headings; only reports from conferences have no kind."""
    kinds = {(section.heading, section.kind.value) for issue in archive().issues for section in issue.sections}
    sponsors = {heading for heading, kind in kinds if kind == "sponsor"}
    assert sponsors >= {"", "Sponsor", "Sponsored", "Sponsored event", "Sponsored book", "Special offer", "CNCF"}
    assert sponsors >= {"From our sponsor, VictorOps", "StackHawk sponsors Devops Weekly", "The Linux Foundation"}
    assert not sponsors & {"News", "Tools", "Jobs", "Events"}
    assert {heading for heading, kind in kinds if kind == "other"} >= {"Velocity", "KubeCon", "DockerCon"}
    assert {("News", "news"), ("Tools", "tools"), ("Jobs", "jobs"), ("Events", "events"), ("", "intro")} < kinds


def test_sponsors_at_the_end_are_set_apart() -> None:
    """No section but a sponsor's own holds an entry with a sponsor's links alone."""
    for issue in archive().issues:
        paid = {link.url for s in issue.sections if s.kind is Kind.SPONSOR for e in s.entries for link in e.links}
        chosen = [e for s, e in issue.entries() if s.kind in (Kind.NEWS, Kind.TOOLS) and e.links]
        assert [e for e in chosen if {link.url for link in e.links} <= paid] == []


def test_headlines_are_good_enough_to_click() -> None:
    """No headline is an address with a scheme, none ends in a hash, nearly all say more than the site."""
    titles = [(e.headline, domain(e.links[0].url)) for i in archive().issues for _, e in i.entries() if e.links]
    assert [title for title, _ in titles if "://" in title or re.search(r"[0-9a-f]{10,}", title)] == []
    assert sum(title == site for title, site in titles) < len(titles) / 20


def test_the_export_is_complete() -> None:
    """One row per entry in reading order, as JSON, with the issue's and the entry's fields."""
    issue = archive().issues[0]
    exported = [json.loads(json.dumps(row)) for row in rows(issue)]
    assert len(exported) == sum(1 for _ in issue.entries())
    assert list(exported[1]) == [
        "issue",
        "number",
        "published",
        "title",
        "section",
        "kind",
        "text",
        "headline",
        "links",
    ]
    assert exported[1]["published"] == issue.published.isoformat()
    assert {"url", "domain"} == set(exported[1]["links"][0])
